import type { Library } from '../articles/library.ts';
import { noteAct } from '../platform/audit.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { csvRecords } from './csv-records.ts';
import { ImportBatch, type RowOutcome } from './import-batch.ts';
import type { ImportContext } from './listed-person.ts';
import { type ListReader, listReader } from './recognise-list.ts';

/**
 * So many rows are written in one transaction: a crash loses at most those, and the import begun again goes on. Keys are
 * random, so each transaction writes most pages of four indexes anew: a fifth as many of them write a third as much. A
 * server's own writes wait meanwhile: a third of a second, with a million readers there about one.
 */
const BATCH = 5000;

export interface ImportOptions {
  /** A vendor's name; without it the header says. */
  format?: string | undefined;
  /** The file's name, for the record. */
  name: string;
  cadence: Cadence;
  evidence: string;
  /** Counts what would come of it, and changes nothing. */
  isDryRun: boolean;
}

export interface Imported {
  /** Whose list it was. */
  title: string;
  rows: number;
  counts: Partial<Record<RowOutcome, number>>;
}

/** Told of while it goes on. */
export interface ImportWatcher {
  refused(line: number, problem: string): void;
  progress(rows: number): void;
}

/**
 * Brings in a list of readers from elsewhere, a row at a time: what is wrong with a row is told, and the others go on.
 * Who left there is kept out; who left here, or is suppressed, is never brought back. No letter comes of it. Begun
 * again, it finds everything done.
 *
 * @throws AppError `invalid` where the file is no list that can be read
 */
export async function importSubscribers(
  parts: Parts & { library: Library },
  chunks: AsyncIterable<string>,
  options: ImportOptions,
  watcher: ImportWatcher,
): Promise<Imported> {
  const counts: Imported['counts'] = {};
  const note = (outcome: RowOutcome, line = 0, problem = '') => {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (outcome === 'refused') watcher.refused(line, problem);
  };
  let reader: ListReader | undefined;
  let rows = 0;
  let batch = new ImportBatch(note);
  const flush = async () => {
    if (reader) await batch.write(parts, contextOf(parts, reader, options), options.isDryRun);
    watcher.progress(rows);
    batch = new ImportBatch(note);
  };
  for await (const record of csvRecords(chunks)) {
    if (!reader) {
      reader = listReader('cells' in record ? record.cells : [], options.format);
      if (!options.isDryRun) await noteImport(parts, 'subscribers.import', reader.format.name);
      continue;
    }
    rows++;
    batch.take(record.line, 'problem' in record ? record : reader.read(record.cells));
    if (rows % BATCH === 0) await flush();
  }
  if (!reader) throw new AppError('invalid', 'The file is empty.');
  await flush();
  if (!options.isDryRun) await noteImport(parts, 'subscribers.imported', JSON.stringify({ rows, ...counts }));
  if (!options.isDryRun)
    parts.log.info('subscribers.imported', { format: reader.format.name, rows, ...counts });
  return { title: reader.format.title, rows, counts };
}

/** As it begins, and with its counts as it ends: one that is killed in the middle is in the audit log too. */
async function noteImport(parts: Parts, act: string, after: string): Promise<void> {
  await noteAct(parts.db, parts, { act, subject: 'subscribers', after });
}

function contextOf(
  { clock, library }: Pick<Parts, 'clock'> & { library: Library },
  { format }: ListReader,
  { name, cadence, evidence }: ImportOptions,
): ImportContext {
  const topics = library.topics().map(({ id }) => id);
  return { clock, topics, cadence, evidence, source: `${format.title} (${name})` };
}
