import type { Library } from '../../articles/library.ts';
import type { Letter } from '../../mail/letter.ts';
import {
  button,
  buttons,
  footLine,
  joined,
  letterHtml,
  paragraph,
  quotation,
  wrapped,
} from '../../mail/letter-layout.ts';
import { type Delivery, enqueue } from '../../mail/outbox-rows.ts';
import { sender } from '../../mail/sender-address.ts';
import { DAY, HOUR, isoAfter, isoTime } from '../../platform/clock.ts';
import type { Trx } from '../../platform/db.ts';
import type { Parts } from '../../platform/parts.ts';
import { replaceSetting, settingValue } from '../../platform/settings.ts';
import { insertToken } from '../../platform/token-rows.ts';
import { derivedToken, randomToken } from '../../platform/tokens.ts';
import { shortReason } from '../comment.ts';
import { type CommentRow, lockComments } from '../comment-rows.ts';
import { signsFrom } from '../comment-signs.ts';
import { LETTER_ACTION_WORDS, LETTER_ACTIONS, type LetterAction, subjectOf } from './decide-by-letter.ts';
import { countHeldUntold, heldIn, heldUntold, tellIn } from './held-rows.ts';
import { unlinked } from './unlinked.ts';

type LetterParts = Parts & { library: Library };

/** After one such letter, the next comes an hour later at the earliest, with all that was held meanwhile. */
const BETWEEN_LETTERS_MS = HOUR;
const LAST_LETTER = 'moderator-letter-at';
/** How long the buttons work. */
export const DECIDE_DAYS = 7;
/** So many comments stand in one letter; the others wait at the desk. */
const MOST = 25;

/** Makes a letter about the comments that nobody has been told of, at once or an hour after the last; the number told. */
export async function gatherModeratorLetter(parts: LetterParts): Promise<number> {
  const { db, clock } = parts;
  const now = clock.now();
  const last = await settingValue(db, LAST_LETTER);
  if (last !== undefined && last > isoAfter(now, -BETWEEN_LETTERS_MS)) return 0;
  if ((await countHeldUntold(db)) === 0) return 0;
  return db.transaction().execute(async (trx) => {
    const found = await heldUntold(trx, MOST);
    const locked = await lockComments(
      trx,
      found.map(({ id }) => id),
    );
    const held = locked.filter(({ state, told_in }) => state === 'held' && told_in === null);
    if (held.length === 0) return 0;
    if (!(await replaceSetting(trx, LAST_LETTER, last, isoTime(now)))) return 0; // another process was first
    return makeLetter(trx, parts, held, now);
  });
}

async function makeLetter(
  trx: Trx,
  parts: LetterParts,
  held: readonly CommentRow[],
  now: Date,
): Promise<number> {
  const messageId = `held.${randomToken().slice(0, 22)}@${parts.siteUrl.hostname}`;
  const delivery = await enqueue(trx, {
    kind: 'moderation',
    recipient: moderatorAddress(parts),
    message_id: messageId,
    created_at: isoTime(now),
  });
  await tellIn(
    trx,
    delivery,
    held.map(({ id }) => id),
  );
  for (const comment of held)
    for (const action of LETTER_ACTIONS)
      await insertToken(trx, {
        purpose: 'decide',
        token: decideToken(parts.secret, messageId, comment.id, action),
        subject: subjectOf(comment, action),
        now: isoTime(now),
        expires: isoAfter(now, DECIDE_DAYS * DAY),
      });
  return held.length;
}

/** The moderator of site.yaml, else the address that letters come from. */
function moderatorAddress({ config, library: { site } }: LetterParts): string {
  return site.comments.moderator ?? sender(config.mailFrom, site).address;
}

/** Derived from the letter: a second attempt at the same letter carries the same buttons. */
function decideToken(secret: Buffer, messageId: string, id: number, action: LetterAction): string {
  return derivedToken(secret, 'decide', `${messageId} ${id} ${action}`);
}

/** The letter about held comments; only those that are still held stand in it. */
export async function moderatorLetter(
  parts: LetterParts,
  { id, message_id, recipient, created_at }: Delivery,
): Promise<Letter | { skip: string }> {
  const { config, library, siteUrl, secret, db } = parts;
  const { site } = library;
  const held = await heldIn(db, id);
  const first = held[0];
  if (!first) return { skip: 'decided meanwhile' };
  const others = await countHeldUntold(db);
  const title = held.length === 1 ? 'A comment waits for you' : `${held.length} comments wait for you`;
  const link = (comment: CommentRow, action: LetterAction) =>
    new URL(`/comments/decide/${decideToken(secret, message_id, comment.id, action)}/`, siteUrl).href;
  const desk = new URL('/desk/comments/', siteUrl).href;
  const explanation = `Each link opens a page that shows the comment and has one button; nothing happens before it is pressed. They work once and for ${DECIDE_DAYS} days, and what they do can be taken back for ten minutes.`;
  const more = others > 0 ? `${others} more wait at the desk.` : '';
  return {
    from: sender(config.mailFrom, site),
    to: recipient,
    subject: `${title}: ${articleTitle(parts, first)}`,
    messageId: message_id,
    date: new Date(created_at),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: [
      `${title}.`,
      ...held.map((comment) => commentText(parts, comment, link)),
      more && wrapped(more),
      `At the desk: ${desk}`,
      `-- \n${wrapped(explanation)}\n${site.title}, ${siteUrl.href}`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: site.title,
      preheader: unlinked(`${first.name}: ${[...first.body].slice(0, 100).join('')}`),
      contents: joined([
        paragraph(`${title}.`),
        ...held.flatMap((comment) => [
          quotation(
            unlinked(comment.name),
            aboutOf(parts, comment),
            unlinked(comment.body),
            whyHeld(comment),
          ),
          buttons(
            LETTER_ACTIONS.map((action) => ({
              words: LETTER_ACTION_WORDS[action],
              href: link(comment, action),
            })),
          ),
        ]),
        ...(more ? [paragraph(more)] : []),
        button('Open the desk', desk),
      ]),
      foot: joined([footLine(explanation), footLine(`${site.title}, ${siteUrl.host}`, siteUrl.href)]),
    }),
  };
}

function articleTitle({ library }: LetterParts, { article }: CommentRow): string {
  return library.article(article)?.title ?? article;
}

/** Who it is by and where it stands, behind the name. */
function aboutOf(parts: LetterParts, comment: CommentRow): string {
  const website = comment.website ? `, ${unlinked(comment.website)}` : '';
  return `(${comment.email || 'no address'}${website}) on “${articleTitle(parts, comment)}”`;
}

function whyHeld({ reason, signs }: CommentRow): string {
  const found = signsFrom(signs).map(({ words }) => words);
  return `Held: ${shortReason(reason)}.${found.length > 0 ? ` Seen: ${unlinked(found.join('; '))}.` : ''}`;
}

function commentText(
  parts: LetterParts,
  comment: CommentRow,
  link: (comment: CommentRow, action: LetterAction) => string,
): string {
  const quoted = unlinked(comment.body)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
  const links = LETTER_ACTIONS.map((action) => `${LETTER_ACTION_WORDS[action]}: ${link(comment, action)}`);
  return [
    wrapped(`${unlinked(comment.name)} ${aboutOf(parts, comment)}`),
    quoted,
    wrapped(whyHeld(comment)),
    links.join('\n'),
  ].join('\n\n');
}
