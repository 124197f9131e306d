import type { Library } from '../../articles/library.ts';
import type { Letter } from '../../mail/letter.ts';
import {
  button,
  footLine,
  joined,
  letterHtml,
  linkLine,
  paragraph,
  quotation,
  wrapped,
} from '../../mail/letter-layout.ts';
import type { Delivery } from '../../mail/outbox-rows.ts';
import { sender } from '../../mail/sender-address.ts';
import type { Parts } from '../../platform/parts.ts';
import { derivedToken } from '../../platform/tokens.ts';
import { commentPath } from '../comment.ts';
import { type Commenter, commenterById, repliesToTell } from './reply-notice-rows.ts';
import { NOTICE_DAYS, ownCommentsLink, stopLink } from './reply-notices.ts';
import { unlinked } from './unlinked.ts';

type LetterParts = Parts & { library: Library };

/** So much of each. */
const EXCERPT = 300;

/** Asks whether an address is its commenter's own. No word in it comes from a stranger. */
export async function confirmNoticesLetter(
  parts: LetterParts,
  { commenter_id, message_id, recipient, created_at }: Delivery,
): Promise<Letter | { skip: string }> {
  const { config, siteUrl, secret, library } = parts;
  const { site } = library;
  const commenter = await commenterById(parts.db, commenter_id ?? '');
  if (!commenter) return { skip: 'erased meanwhile' };
  if (commenter.confirmed_at !== null && commenter.stopped_at === null)
    return { skip: 'confirmed meanwhile' };
  const link = new URL(
    `/comments/notices/confirm/${derivedToken(secret, 'notices-confirm', message_id)}/`,
    siteUrl,
  ).href;
  const stop = stopLink(parts, commenter.id);
  const asked = `A comment on ${siteUrl.host} was published with this address, and its writer, we hope you, wants to hear by mail when somebody answers it.`;
  const next = `The page behind it has one button. It works for ${NOTICE_DAYS} days. Then you get one letter an hour at most, and only when there are answers.`;
  const ignore =
    'If it was not you, do nothing, or say so, and nobody can ask for it with this address again:';
  return {
    from: sender(config.mailFrom, site),
    to: recipient,
    subject: `Do you want to hear of replies on ${site.title}?`,
    messageId: message_id,
    date: new Date(created_at),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: [
      wrapped(asked),
      `Yes, tell me:\n${link}`,
      wrapped(next),
      `${wrapped(ignore)}\n${stop}`,
      `-- \n${site.title}, ${siteUrl.href}\n${site.newsletter.postalAddress}`,
    ].join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: site.title,
      preheader: 'One press of a button and you hear of answers to your comments.',
      contents: joined([
        paragraph(asked),
        button('Yes, tell me of replies', link),
        paragraph(next),
        paragraph(ignore),
        linkLine('This was not me', stop),
      ]),
      foot: joined([
        footLine(`${site.title}, ${siteUrl.host}`, siteUrl.href),
        footLine(site.newsletter.postalAddress),
      ]),
    }),
  };
}

/** All replies to one commenter since the last letter. Nothing in it but words and the site's own addresses. */
export async function repliesLetter(
  parts: LetterParts,
  { id, commenter_id, message_id, recipient, created_at }: Delivery,
): Promise<Letter | { skip: string }> {
  const { config, siteUrl, library, db } = parts;
  const { site } = library;
  const commenter = await commenterById(db, commenter_id ?? '');
  if (!commenter || !wantsLetters(commenter)) return { skip: 'stopped meanwhile' };
  const replies = (await repliesToTell(db, id)).map((reply) => ({
    name: unlinked(reply.name),
    about: `answered your comment no. ${reply.above_number} on “${library.article(reply.article)?.title ?? reply.article}”`,
    excerpt: excerptOf(reply.body),
    link: new URL(commentPath(reply.article, reply.number ?? 1, site.comments.order), siteUrl).href,
  }));
  if (replies.length === 0) return { skip: 'no reply is left to tell of' };
  const stop = stopLink(parts, commenter.id);
  const mine = ownCommentsLink(parts, commenter.id);
  const title = replies.length === 1 ? 'Somebody answered you' : `${replies.length} answers to you`;
  const why = `You get this because you asked on ${siteUrl.host} to hear of replies to your comments.`;
  return {
    from: sender(config.mailFrom, site),
    to: recipient,
    subject: `${title} on ${site.title}`,
    messageId: message_id,
    date: new Date(created_at),
    headers: {
      'List-Unsubscribe': `<${stop}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    text: [
      ...replies.map(({ name, about, excerpt, link }) =>
        [wrapped(`${name} ${about}`), quoted(excerpt), link].join('\n\n'),
      ),
      `-- \n${wrapped(why)}\nStop these letters: ${stop}\nYour comments: ${mine}\n${site.title}, ${site.newsletter.postalAddress}`,
    ].join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: site.title,
      preheader: `${title} on ${site.title}.`,
      contents: joined(
        replies.flatMap(({ name, about, excerpt, link }) => [
          quotation(name, about, excerpt),
          linkLine('Read it on the page', link),
        ]),
      ),
      foot: joined([
        footLine(why),
        footLine('Stop these letters', stop),
        footLine('Your comments: see, take along, erase', mine),
        footLine(`${site.title}, ${site.newsletter.postalAddress}`),
      ]),
    }),
  };
}

function wantsLetters({ confirmed_at, stopped_at }: Commenter): boolean {
  return confirmed_at !== null && stopped_at === null;
}

/** The beginning of a stranger's words, in which no program of the reader's finds a link to make. */
function excerptOf(body: string): string {
  const plain = unlinked(body).replace(/\s+/g, ' ').trim();
  const characters = [...plain];
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT).join('')} …` : plain;
}

function quoted(text: string): string {
  return wrapped(text, 68)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
