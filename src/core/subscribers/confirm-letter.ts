import type { Library } from '../articles/library.ts';
import type { Letter } from '../mail/letter.ts';
import { button, footLine, joined, letterHtml, linkLine, paragraph, wrapped } from '../mail/letter-layout.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import { sender } from '../mail/sender-address.ts';
import type { Parts } from '../platform/parts.ts';
import { derivedToken } from '../platform/tokens.ts';
import { notMeLink } from './not-me.ts';
import { CONFIRM_DAYS } from './subscribe.ts';
import type { Subscriber } from './subscriber-rows.ts';

/** The letter that asks whether an address really wants the digest. No word in it comes from a stranger. */
export function confirmLetter(
  parts: Parts & { library: Library },
  { message_id, created_at, recipient }: Delivery,
  subscriber: Subscriber,
): Letter {
  const { config, siteUrl, secret, library } = parts;
  const { site } = library;
  const link = new URL(`/newsletter/confirm/${derivedToken(secret, 'confirm', message_id)}/`, siteUrl).href;
  const asked = `Somebody, we hope you, asked on ${siteUrl.host} for the ${subscriber.cadence} digest of ${site.title} at this address.`;
  const next = `The page behind it has one button. It works for ${CONFIRM_DAYS} days.`;
  const ignore = 'If it was not you, do nothing: without the button, no further letter comes of it.';
  const never = 'Or say so, and we never write to this address again, whoever types it:';
  const notMe = notMeLink(parts, message_id);
  const postal = site.newsletter.postalAddress;
  return {
    from: sender(config.mailFrom, site),
    to: recipient,
    subject: `Confirm your subscription to ${site.title}`,
    messageId: message_id,
    date: new Date(created_at),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: [
      wrapped(asked),
      `Confirm here:\n${link}`,
      wrapped(next),
      wrapped(ignore),
      `${wrapped(never)}\n${notMe}`,
      `-- \n${site.title}, ${siteUrl.href}\n${postal}`,
    ].join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: site.title,
      preheader: 'One press of a button and the digest comes to you.',
      contents: joined([
        paragraph(asked),
        button('Confirm the subscription', link),
        paragraph(next),
        paragraph(ignore),
        paragraph(never),
        linkLine('This was not me', notMe),
      ]),
      foot: joined([footLine(`${site.title}, ${siteUrl.host}`, siteUrl.href), footLine(postal)]),
    }),
  };
}
