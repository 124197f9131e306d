import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { everySubscriber, type ListFilter } from '../subscribers/list.ts';
import { alertsFrom } from '../subscribers/subscriber.ts';
import { csvLine } from './csv-cells.ts';
import { consentOfSubscribers, subscribersWithConsent } from './export-rows.ts';

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const COLUMNS = [
  'email',
  'state',
  'cadence',
  'topics',
  'alerts',
  'phrase',
  'agreed_at',
  'agreed_from',
  'words',
  'confirmed_at',
  'confirmed_from',
  'ended_at',
] as const;

type Row = Awaited<ReturnType<typeof subscribersWithConsent>>[number];
/** So many at a time. */
const BATCH = 500;

/** All subscribers, in every state, with the evidence of their consent: text in pieces, which an import takes back. */
export function exportedSubscribers(db: Db, format: ExportFormat): AsyncGenerator<string> {
  return written(everyRow(db), format);
}

/** The same of those who fit, in the order of the list; nothing of it is kept in memory but a few hundred rows. */
export function exportedList(
  parts: Pick<Parts, 'db' | 'clock'>,
  filter: ListFilter,
  format: ExportFormat,
): AsyncGenerator<string> {
  return written(listedRows(parts, filter), format);
}

async function* everyRow(db: Db): AsyncGenerator<Row[]> {
  let rows = await subscribersWithConsent(db, '', BATCH);
  while (rows.length > 0) {
    yield rows;
    rows = await subscribersWithConsent(db, rows.at(-1)?.id ?? '', BATCH);
  }
}

async function* listedRows(parts: Pick<Parts, 'db' | 'clock'>, filter: ListFilter): AsyncGenerator<Row[]> {
  for await (const listed of everySubscriber(parts, filter, BATCH)) {
    const ids = listed.map(({ id }) => id);
    const rows = new Map((await consentOfSubscribers(parts.db, ids)).map((row) => [row.id, row]));
    yield ids.flatMap((id) => rows.get(id) ?? []); // not who was erased meanwhile
  }
}

async function* written(batches: AsyncGenerator<Row[]>, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  let isFirst = true;
  for await (const rows of batches) {
    const exported = rows.map(exportedRow);
    const before = isFirst ? '[\n' : ',\n';
    if (rows.length === 0) continue;
    yield format === 'csv'
      ? exported.map((row) => csvLine(COLUMNS.map((column) => row[column]))).join('')
      : before + exported.map((row) => JSON.stringify(row)).join(',\n');
    isFirst = false;
  }
  if (format === 'json') yield isFirst ? '[]\n' : '\n]\n';
}

function exportedRow(row: Row): Record<(typeof COLUMNS)[number], string> {
  return {
    email: row.email,
    state: row.state,
    cadence: row.cadence,
    topics: row.topics,
    alerts: alertsFrom(row.alerts) ?? '',
    phrase: row.phrase,
    agreed_at: row.created_at,
    agreed_from: row.agreed_from ?? '',
    words: row.words ?? '',
    confirmed_at: row.confirmed_at ?? '',
    confirmed_from: row.confirmed_from ?? '',
    ended_at: row.ended_at ?? '',
  };
}
