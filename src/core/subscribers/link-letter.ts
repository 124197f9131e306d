import type { Library } from '../articles/library.ts';
import type { Letter } from '../mail/letter.ts';
import {
  button,
  footLine,
  joined,
  letterHtml,
  paragraph,
  phraseNote,
  wrapped,
} from '../mail/letter-layout.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import { GENUINE_PATH, phraseText } from '../mail/phrase-note.ts';
import { sender } from '../mail/sender-address.ts';
import type { Parts } from '../platform/parts.ts';
import { letterLinks } from './letter-links.ts';
import type { Subscriber } from './subscriber-rows.ts';

/** The letter that brings a subscriber the way to their preferences. No word in it comes from a stranger. */
export function linkLetter(
  parts: Parts & { library: Library },
  { message_id, created_at, recipient }: Delivery,
  { id, phrase }: Subscriber,
): Letter {
  const { config, siteUrl, library } = parts;
  const { site } = library;
  const { preferences } = letterLinks(parts, id);
  const asked = `Somebody, we hope you, asked on ${siteUrl.host} for the link to your choices at ${site.title}.`;
  const next = 'There you choose how often we write and about what, see what we keep of you, and leave.';
  const ignore = 'If it was not you, do nothing: nothing has changed, and nobody but you has this link.';
  const postal = site.newsletter.postalAddress;
  const genuine = new URL(GENUINE_PATH, siteUrl).href;
  return {
    from: sender(config.mailFrom, site),
    to: recipient,
    subject: `Your link to ${site.title}`,
    messageId: message_id,
    date: new Date(created_at),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: [
      phraseText(phrase, genuine),
      wrapped(asked),
      `Your choices:\n${preferences}`,
      wrapped(next),
      wrapped(ignore),
      `-- \n${site.title}, ${siteUrl.href}\n${postal}`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: site.title,
      preheader: 'The way to your choices.',
      contents: joined([
        ...(phrase ? [phraseNote(phrase, genuine)] : []),
        paragraph(asked),
        button('Open my choices', preferences),
        paragraph(next),
        paragraph(ignore),
      ]),
      foot: joined([footLine(`${site.title}, ${siteUrl.host}`, siteUrl.href), footLine(postal)]),
    }),
  };
}
