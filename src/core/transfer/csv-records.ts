import { TextLines } from './text-lines.ts';

/** One record of a CSV file (RFC 4180), with the line on which it begins, from 1. */
export type CsvRecord = { line: number; cells: string[] } | { line: number; problem: string };

/** A record may run over so many lines and characters; more is an open quotation mark, not somebody's text. */
const MOST_LINES = 200;
const MOST_CHARACTERS = 64 * 1024;

/**
 * Reads CSV as a stream, a record at a time: commas, semicolons or tabs, whichever the first line has most of; quoted
 * cells may hold line breaks; empty lines are skipped. After a quotation mark that is never closed it goes on with the
 * next line.
 *
 * @param chunks text in pieces of any size
 * @throws AppError `invalid` where it is no text in lines
 */
export async function* csvRecords(chunks: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const lines = new TextLines(chunks);
  let delimiter: string | undefined;
  for (let text = await lines.next(); text !== undefined; text = await lines.next()) {
    if (text.trim() === '') continue;
    delimiter ??= delimiterOf(text);
    yield await recordFrom(text, lines, delimiter);
  }
}

async function recordFrom(begin: string, lines: TextLines, delimiter: string): Promise<CsvRecord> {
  const line = lines.number;
  const more: string[] = [];
  let text = begin;
  let cells = cellsOf(text, delimiter);
  while (!cells) {
    const next = more.length < MOST_LINES && text.length < MOST_CHARACTERS ? await lines.next() : undefined;
    if (next === undefined) {
      lines.putBack(more);
      return { line, problem: 'a quotation mark is never closed' };
    }
    more.push(next);
    text += `\n${next}`;
    if (next.includes('"')) cells = cellsOf(text, delimiter);
  }
  return { line, cells };
}

/** The cells of a whole record; undefined where a quoted one goes on on the next line. */
function cellsOf(record: string, delimiter: string): string[] | undefined {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (record[at] === '"') {
      const close = closingQuote(record, at + 1);
      if (close < 0) return undefined;
      cell = record.slice(at + 1, close).replaceAll('""', '"');
      at = close + 1;
    }
    const end = record.indexOf(delimiter, at);
    cells.push(cell + record.slice(at, end < 0 ? undefined : end)); // what stands behind a closing mark is kept too
    if (end < 0) return cells;
    at = end + 1;
  }
}

/** Where the mark stands that closes a quoted cell: two of them are one in the text; -1 where none does. */
function closingQuote(record: string, from: number): number {
  for (let at = record.indexOf('"', from); at >= 0; at = record.indexOf('"', at + 2))
    if (record[at + 1] !== '"') return at;
  return -1;
}

function delimiterOf(header: string): string {
  const count = (mark: string) => header.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}
