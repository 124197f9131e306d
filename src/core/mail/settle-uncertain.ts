import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { acceptedIn, logLines } from './relay-log.ts';
import {
  queueAgain,
  settleAsTaken,
  takenBeside,
  type Uncertain,
  uncertainLetters,
} from './uncertain-rows.ts';

export interface FromLog {
  /** Found in the log: they were taken. */
  sent: number;
  /** Not in the log: they are sent again. */
  again: number;
}

/** Called in the transaction in which letters of an edition are queued again: it may have ended meanwhile. */
type Reopen = (trx: Trx, edition: string) => Promise<void>;

/**
 * Settles what is uncertain by the relay's own log: what it has taken is sent, the rest is sent again.
 *
 * @throws AppError `invalid` where the log holds none of the letters beside them that the relay did take: it is of
 * another time or another relay, and what it does not hold proves nothing
 */
export async function settleByLog(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>,
  file: string,
  { edition, reopen }: { edition?: string | undefined; reopen?: Reopen } = {},
): Promise<FromLog> {
  const letters = await uncertainLetters(parts.db, edition);
  if (letters.length === 0) return { sent: 0, again: 0 };
  const beside = await takenBeside(parts.db, letters);
  const wanted = new Set([...beside, ...letters.map(({ message_id }) => message_id)]);
  const accepted = await acceptedIn(logLines(file), wanted);
  if (beside.length > 0 && !beside.some((id) => accepted.has(id)))
    throw new AppError(
      'invalid',
      'This log holds none of the letters that the relay took at that time, so nothing was changed. Give the log of the relay in SMTP_URL, of the day on which they were sent.',
    );
  return settleUncertain(parts, letters, accepted, reopen);
}

/**
 * Settles these letters, as far as they are uncertain still.
 *
 * @param accepted Message-IDs that the relay has taken
 */
export async function settleUncertain(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>,
  letters: readonly Uncertain[],
  accepted: ReadonlySet<string>,
  reopen?: Reopen,
): Promise<FromLog> {
  const { db, clock, log } = parts;
  const now = isoTime(clock.now());
  const settled = await db.transaction().execute(async (trx) => {
    const counts = { sent: 0, again: 0 };
    const editions = new Set<string>();
    for (const { id, message_id, edition_id } of letters) {
      if (accepted.has(message_id)) {
        if (await settleAsTaken(trx, id, 'found in the relay’s log', now)) counts.sent++;
      } else if (await queueAgain(trx, id, now)) {
        counts.again++;
        if (edition_id !== null) editions.add(edition_id);
      }
    }
    for (const edition of editions) await reopen?.(trx, edition);
    const after = `${counts.sent} counted as sent, ${counts.again} sent again`;
    const of = [...new Set(letters.map(({ edition_id }) => edition_id))];
    const subject = of.length === 1 && of[0] !== null ? `edition:${of[0]}` : 'outbox';
    await noteAct(trx, parts, { act: 'edition.settle-by-log', subject, before: 'uncertain', after });
    return counts;
  });
  log.info('outbox.settled-by-log', { ...settled });
  return settled;
}
