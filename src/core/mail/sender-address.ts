import { type Mailbox, parseMailbox } from './letter.ts';

/** Who letters are from: MAIL_FROM, else as site.yaml says; where no name is given, the site's own. */
export function sender(
  mailFrom: string | undefined,
  site: { title: string; newsletter: { from: string } },
): Mailbox {
  const box = parseMailbox(mailFrom ?? site.newsletter.from);
  if (!box) throw new Error('MAIL_FROM or newsletter.from in site.yaml holds no mail address');
  return { ...box, name: box.name || site.title };
}
