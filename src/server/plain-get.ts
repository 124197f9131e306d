import type { IncomingHttpHeaders } from 'node:http';

/** A GET with nothing about it that changes how a connection is used or how its bytes are to be read. */
export interface PlainGet {
  readonly target: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
}

/** Longer ones are for Node's parser, with its limits. */
const LONGEST = 4096;
/** How many are remembered: browsers of one kind ask for a page in the same bytes, and reading those takes 10 µs. */
const REMEMBERED = 1000;
const FIRST_LINE = /^GET (\/[!-~]*) HTTP\/1\.1\r\n/;
/** RFC 9110 sections 5.1 and 5.5: a token, then visible ASCII, spaces and tabs. */
const HEADER = /([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7e]*)\r\n/y;
/** What frames a body, changes the connection, wants an answer before the answer, or is nothing to remember. */
const DECISIVE =
  /^(?:content-length|transfer-encoding|te|trailer|expect|upgrade|http2-settings|keep-alive|cookie|(?:proxy-)?(?:authorization|connection))$/;

/** Reads plain GETs from the bytes that came in one piece. */
export class PlainGets {
  readonly #seen = new Map<string, PlainGet>();

  /**
   * Strict, so that it never reads a request otherwise than Node's parser would: whatever is longer, shorter,
   * doubled or unusual is undefined, and that parser's to judge.
   */
  read(bytes: Buffer): PlainGet | undefined {
    if (bytes.length > LONGEST) return undefined;
    const text = bytes.toString('latin1');
    const known = this.#seen.get(text);
    if (known) return known;
    const get = plainGet(text);
    if (!get) return undefined;
    if (this.#seen.size === REMEMBERED) this.#seen.clear();
    this.#seen.set(text, get);
    return get;
  }
}

function plainGet(text: string): PlainGet | undefined {
  const first = FIRST_LINE.exec(text);
  if (!first) return undefined;
  const headers: IncomingHttpHeaders = {};
  const end = text.length - 2;
  let at = first[0].length;
  while (at < end) {
    HEADER.lastIndex = at;
    const [, written = '', value = ''] = HEADER.exec(text) ?? [];
    const name = written.toLowerCase();
    if (name === '' || name in headers) return undefined;
    if (name === 'connection' ? !/^\s*keep-alive\s*$/i.test(value) : DECISIVE.test(name)) return undefined;
    headers[name] = value.trim();
    at = HEADER.lastIndex;
  }
  return text.endsWith('\r\n\r\n') && at === end ? { target: first[1] ?? '', headers } : undefined;
}
