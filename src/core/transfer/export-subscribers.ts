import type { Db } from '../platform/db.ts';
import { alertsFrom } from '../subscribers/subscriber.ts';
import { csvLine } from './csv-cells.ts';
import { subscribersWithConsent } from './export-rows.ts';

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

/** All subscribers, in every state, with the evidence of their consent: text in pieces, which an import takes back. */
export async function* exportedSubscribers(db: Db, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  let after = '';
  for (;;) {
    const rows = await subscribersWithConsent(db, after, 500);
    const exported = rows.map(exportedRow);
    const before = after === '' ? '[\n' : ',\n';
    if (rows.length > 0)
      yield format === 'csv'
        ? exported.map((row) => csvLine(COLUMNS.map((column) => row[column]))).join('')
        : before + exported.map((row) => JSON.stringify(row)).join(',\n');
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
  }
  if (format === 'json') yield after === '' ? '[]\n' : '\n]\n';
}

function exportedRow(
  row: Awaited<ReturnType<typeof subscribersWithConsent>>[number],
): Record<(typeof COLUMNS)[number], string> {
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
