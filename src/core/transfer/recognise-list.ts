import { AppError } from '../platform/errors.ts';
import { ADDRESS_COLUMNS, LIST_FORMATS, type Listed, type ListFormat } from './list-formats.ts';

export const FORMAT_NAMES = LIST_FORMATS.map(({ name }) => name);

/** Reads the rows of one list. */
export interface ListReader {
  format: ListFormat;
  read(cells: readonly string[]): Listed | { problem: string };
}

/**
 * Knows by its header whose list it is.
 *
 * @param name a format that the caller knows it to be of
 * @throws AppError `invalid` where no column holds addresses, or the named format has columns that are not there
 */
export function listReader(header: readonly string[], name?: string): ListReader {
  const places = new Map(header.map((cell, place) => [cell.trim().toLowerCase(), place]));
  const has = (column: string) => places.has(column);
  const format = formatOf(has, name);
  return {
    format,
    read(cells) {
      if (cells.slice(header.length).some((cell) => cell.trim() !== ''))
        return { problem: `it has ${cells.length} cells, the first line ${header.length}` };
      return format.read((column) => blanksTrimmed(cells[places.get(column) ?? -1] ?? ''), has);
    },
  };
}

function formatOf(has: (column: string) => boolean, name: string | undefined): ListFormat {
  const format = LIST_FORMATS.find((one) =>
    name === undefined ? one.columns.every(has) : one.name === name,
  );
  if (!format)
    throw new AppError(
      'invalid',
      `There is no format "${name}". Those there are: ${FORMAT_NAMES.join(', ')}.`,
    );
  const missing = format.columns.find((column) => !has(column));
  if (missing !== undefined)
    throw new AppError(
      'invalid',
      `A list of ${format.title} would have a column "${missing}"; this has none.`,
    );
  if (format.columns.length === 0 && !ADDRESS_COLUMNS.some(has))
    throw new AppError(
      'invalid',
      'Its first line names no column of addresses. One should be called "email".',
    );
  return format;
}

/** A line break is no blank: in an address it can only be an accident, and the address is refused. */
function blanksTrimmed(cell: string): string {
  return cell.replace(/^[ \t\u00a0]+|[ \t\u00a0]+$/g, '');
}
