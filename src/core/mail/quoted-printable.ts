/** Octets of a line before the `=` of a soft break; RFC 2045 section 6.7 allows 76 with it. */
const MOST = 75;
/** A word that stands in a line of its own as it is: no dot at its start, no `=`, not too long. */
const PLAIN = /^[!-\-/-<>-~][!-<>-~]{0,74}$/;

/**
 * Text as quoted-printable in UTF-8, with CRLF, in the one form that nothing on the way has a reason to change: no blank at
 * the end of a line and no two in a row (DKIM's relaxed form, RFC 6376 section 3.4.4, is these bytes themselves), no dot
 * and no `From ` at the start of a line.
 */
export function quotedPrintable(text: string): string {
  if (PLAIN.test(text)) return text; // a token or an address, once a letter
  return text
    .split(/\r\n|\r|\n/)
    .map(encodedLine)
    .join('\r\n');
}

function encodedLine(line: string): string {
  let rest = Buffer.from(line, 'utf8')
    .toString('latin1')
    .replace(/[^ -<>-~]/g, hex)
    .replace(/ (?= |$)/g, '=20');
  const lines: string[] = [];
  for (;;) {
    rest = rest.replace(/^\.|^F(?=rom )/, hex);
    if (rest.length <= MOST) return [...lines, rest].join('=\r\n');
    const code = rest.indexOf('=', MOST - 2); // =XX is not parted
    const end = code !== -1 && code < MOST ? code : MOST;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
}

function hex(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
