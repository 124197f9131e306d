/**
 * True of a value that a machine drew, such as an API key: somewhere twelve letters and digits in a row, several
 * of each. Words, names of variables, paths and placeholders are none.
 */
export function looksDrawn(value: string): boolean {
  if (value.length < 16 || isPlaceholder(value)) return false;
  return value
    .split(/[^A-Za-z0-9+/]/)
    .some((run) => run.length >= 12 && count(run, /\d/g) >= 2 && count(run, /[A-Za-z]/g) >= 2);
}

/** True of what stands for a value in instructions: `<token>`, `$TOKEN`, `xxxxxxxx`, `AKIAIOSFODNN7EXAMPLE`. */
export function isPlaceholder(value: string): boolean {
  return STANDS_FOR.test(value) || (value.length >= 16 && new Set(value).size < 8);
}

const STANDS_FOR =
  /example|sample|dummy|your|redact|placehold|changeme|insert|todo|^[<{[$%]|x{5}|\*{3}|\.{3}|…|0{6}|12345678|abcdef0|abcdefgh/i;

/** MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512 in hex: what people quote of a leak or of a file. */
export function isHash(value: string): boolean {
  return /^[0-9a-f]+$/i.test(value) && [32, 40, 56, 64, 96, 128].includes(value.length);
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}
