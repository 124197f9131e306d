import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { takeLetterShare } from './letter-limits.ts';
import { mailboxFrom } from './mailbox.ts';
import { enqueueLetter } from './single-letters.ts';
import { countLinkAsked, insertSubscriberEvent, subscriberByKey } from './subscriber-rows.ts';

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
