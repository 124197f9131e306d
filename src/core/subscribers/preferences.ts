import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { phraseFrom } from './phrase.ts';
import { type Choices, choiceColumns, choiceWords, topicsOf } from './subscriber.ts';
import {
  changeSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
} from './subscriber-rows.ts';
import { lastDigests, toldBefore } from './told-rows.ts';

/**
 * Writes down what a subscriber now wants, and takes along what they have been told of where the cadence changes; false
 * where they have left meanwhile.
 *
 * @param choices.phrase as typed, empty for none; left out, it stays
 * @param by where it was not done by themselves: who asked for it, and how
 * @throws AppError `invalid` with the field `phrase`
 */
export async function changeChoices(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
  { id }: Pick<Subscriber, 'id'>,
  choices: Choices & { phrase?: string | undefined },
  network: string | null,
  by = '',
): Promise<boolean> {
  const { db, clock } = parts;
  const wanted = choiceColumns(choices);
  const phrase = choices.phrase === undefined ? undefined : phraseFrom(choices.phrase);
  return db.transaction().execute(async (trx) => {
    const before = await subscriberById(trx, id);
    if (before?.state !== 'confirmed') return false;
    const told = before.cadence === wanted.cadence ? {} : toldBefore(before, await lastDigests(trx));
    const change = { ...wanted, ...told, ...(phrase === undefined ? {} : { phrase }) };
    if (!(await changeSubscriber(trx, id, ['confirmed'], change))) return false;
    const detail = choiceWords(choices) + phraseNews(before.phrase, phrase) + (by && `; ${by}`);
    const at = isoTime(clock.now());
    await insertSubscriberEvent(trx, { subscriber_id: id, at, kind: 'changed', network, detail });
    await noteAct(trx, parts, {
      act: 'subscriber.change',
      subject: `subscriber:${id}`,
      before: choiceWords({ ...before, topics: topicsOf(before.topics) }),
      after: choiceWords(choices),
    });
    return true;
  });
}

/** The phrase itself stands in one place alone. */
function phraseNews(before: string, now: string | undefined): string {
  if (now === undefined || now === before) return '';
  return now === '' ? '; phrase removed' : '; phrase set';
}
