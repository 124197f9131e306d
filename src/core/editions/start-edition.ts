import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { Parts } from '../platform/parts.ts';
import type { Readers } from './delivery-rows.ts';
import { insertDeliveries } from './delivery-rows.ts';
import type { Edition, Variant } from './edition.ts';
import { editionById, insertEdition } from './edition-rows.ts';
import { insertLetterCounts } from './letter-count-rows.ts';
import { insertVariant } from './variant-rows.ts';

/**
 * Starts an edition, in the transaction that planned it: its contents are frozen, its variants and the rows of its
 * readers are made, and senders may take them from the moment the transaction ends.
 *
 * @returns how many readers it goes to
 * @throws AppError `conflict` where one of its id has started or was cancelled
 */
export async function startEdition(
  trx: Trx,
  { clock, siteUrl }: Pick<Parts, 'clock' | 'siteUrl'>,
  edition: Edition & { number: number },
  variants: readonly Variant[],
  readersOf: (trx: Trx, edition: string) => Readers,
): Promise<number> {
  const now = isoTime(clock.now());
  if (!(await insertEdition(trx, edition, { created_at: now, started_at: now })))
    throw new AppError('conflict', `The edition ${edition.id} does not wait any more.`);
  for (const variant of variants) await insertVariant(trx, edition.id, variant);
  const times = { host: siteUrl.hostname, now };
  const recipients = await insertDeliveries(trx, edition, readersOf(trx, edition.id), times);
  await insertLetterCounts(trx, edition.id, recipients, variants);
  await recordPageChange(trx, clock, ['editions']);
  return recipients;
}

/** Where a person started it; last in the transaction, as whoever acts meanwhile waits from here on. */
export async function noteStarted(
  trx: Trx,
  parts: Pick<Parts, 'clock' | 'secret' | 'who'>,
  id: string,
  recipients: number,
): Promise<void> {
  await noteAct(trx, parts, { act: 'edition.start', subject: `edition:${id}`, after: `to ${recipients}` });
}

/** `2026-11-24-weekly`, or with a number after it where that is taken. */
export async function freeId(db: Db | Trx, wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!(await editionById(db, id))) return id;
  }
}

/** `2026-11-24`, as the calendar on the site's wall says. */
export function dayIn(timeZone: string, now: Date): string {
  const format = days.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  days.set(timeZone, format);
  return format.format(now);
}

/** A calendar asks some hundred times, and each takes longer to make than to use. */
const days = new Map<string, Intl.DateTimeFormat>();
