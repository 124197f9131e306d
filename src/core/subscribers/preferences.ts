import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { type Choices, topicsText } from './subscriber.ts';
import { changeSubscriber, insertSubscriberEvent, type Subscriber } from './subscriber-rows.ts';

/** Writes down what a subscriber now wants; false where they have left meanwhile. */
export async function changeChoices(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  { id }: Subscriber,
  choices: Choices,
  network: string,
): Promise<boolean> {
  const change = {
    cadence: choices.cadence,
    topics: topicsText(choices.topics),
    alerts: choices.alerts ? 1 : 0,
  };
  return db.transaction().execute(async (trx) => {
    const changed = await changeSubscriber(trx, id, ['confirmed'], change);
    const detail = JSON.stringify(change);
    if (changed)
      await insertSubscriberEvent(trx, {
        subscriber_id: id,
        at: isoTime(clock.now()),
        kind: 'changed',
        network,
        detail,
      });
    return changed;
  });
}
