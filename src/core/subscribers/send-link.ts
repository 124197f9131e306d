import { noteAct } from '../platform/audit.ts';
import { DAY, isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { takeLetterShare } from './letter-limits.ts';
import { mailboxFrom } from './mailbox.ts';
import { enqueueLetter } from './single-letters.ts';
import { askAgain } from './subscribe.ts';
import { countLinkAsked, insertSubscriberEvent, subscriberById, subscriberByKey } from './subscriber-rows.ts';

/** An address gets its link by a letter of its own at most so often. */
const BETWEEN_LINKS_MS = DAY;

/**
 * Sends a confirmed subscriber the way to their preferences, at most once a day; nobody else gets anything. As with a
 * sign-up nothing is returned, and who asks for strangers does so by `evenly`.
 *
 * @throws AppError `invalid` with the field `email`, `limited`
 */
export async function sendLink(
  parts: Parts,
  { email, network }: { email: string; network: string },
): Promise<void> {
  const { key } = mailboxFrom(email);
  takeLetterShare(parts, network);
  const now = parts.clock.now();
  const at = isoTime(now);
  await parts.db.transaction().execute(async (trx) => {
    const subscriber = await subscriberByKey(trx, key);
    if (subscriber?.state !== 'confirmed') return;
    if (!(await countLinkAsked(trx, subscriber.id, at, isoAfter(now, -BETWEEN_LINKS_MS)))) return;
    await enqueueLetter(trx, parts, 'link', subscriber);
    const event = { subscriber_id: subscriber.id, at, kind: 'link-asked', network, detail: '' };
    await insertSubscriberEvent(trx, event);
  });
}

/** From the desk it comes again as soon as the one before should have arrived. */
const BETWEEN_LINKS_BY_HAND_MS = 10 * MINUTE;

/** `link`: to their choices; `confirmation`: of a sign-up that waits; `too-soon`: they have just had one, or their share. */
export type LinkSent = 'link' | 'confirmation' | 'too-soon' | 'left';

/** Sends somebody who asked the owner for it their link, or what they have yet to confirm, once more. */
export async function sendLinkByHand(parts: Parts, { id }: { id: string }): Promise<LinkSent> {
  const now = parts.clock.now();
  const at = isoTime(now);
  return parts.db.transaction().execute(async (trx) => {
    const subscriber = await subscriberById(trx, id);
    if (!subscriber || subscriber.state === 'unsubscribed') return 'left';
    const isPending = subscriber.state === 'pending';
    const before = isoAfter(now, -BETWEEN_LINKS_BY_HAND_MS);
    const isSent = isPending
      ? await askAgain(trx, parts, subscriber)
      : await countLinkAsked(trx, id, at, before);
    if (!isSent) return 'too-soon';
    if (!isPending) await enqueueLetter(trx, parts, 'link', subscriber);
    const detail = isPending ? 'the confirmation, once more, from the desk' : 'from the desk';
    await insertSubscriberEvent(trx, { subscriber_id: id, at, kind: 'link-asked', network: null, detail });
    const after = isPending ? 'confirmation' : 'link';
    await noteAct(trx, parts, { act: 'subscriber.send-link', subject: `subscriber:${id}`, after });
    return after;
  });
}
