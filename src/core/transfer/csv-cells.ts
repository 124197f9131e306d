/** What a spreadsheet would take for a formula; and the guard itself, so that it can be taken off again. */
const FORMULA = /^[=+\-@\t\r']/;

/**
 * A line of CSV. A cell that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV injection"),
 * which `unguarded` takes off.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n\t;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function unguarded(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
