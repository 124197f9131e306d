import { DAY, isoAfter } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { settingValue, writeSetting } from '../platform/settings.ts';
import { eventsAfter, forgetNetworksOfEvents, forgetNetworksOfSubscribers } from './forget-rows.ts';

/** As long as those of comments; the pages and /privacy/ promise it. */
export const KEPT_MS = 30 * DAY;
/** Up to which event that was done: each is looked at once, however many there are. */
const DONE = 'reader-networks-forgotten';
const BATCH = 200;

const CONSENT: readonly string[] = ['signed-up', 'confirmed', 'imported', 'added'];
const ENDING: readonly string[] = ['unsubscribed', 'suppressed'];

/**
 * Forgets from where things were done 30 days after. From where somebody consented is evidence: it is kept while they
 * subscribe, and for 30 days after they left, when a complaint would come.
 *
 * @returns how many events were looked at; 0 when there is nothing left to do now
 */
export async function forgetReaderNetworks({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<number> {
  const before = isoAfter(clock.now(), -KEPT_MS);
  const done = Number((await settingValue(db, DONE)) ?? 0);
  const events = (await eventsAfter(db, done, BATCH)).filter(({ at }) => at < before);
  const last = events.at(-1);
  if (!last) return 0;
  const isKept = ({ kind, state }: (typeof events)[number]) =>
    CONSENT.includes(kind) && state === 'confirmed';
  const left = events.filter(({ kind, state }) => ENDING.includes(kind) && state !== 'confirmed');
  await db.transaction().execute(async (trx) => {
    await forgetNetworksOfEvents(
      trx,
      events.filter((event) => !isKept(event)).map(({ id }) => id),
    );
    await forgetNetworksOfSubscribers(
      trx,
      left.map(({ subscriber_id }) => subscriber_id),
    );
    await writeSetting(trx, DONE, String(last.id));
  });
  return events.length;
}
