/** What a server says to a command: its code, and all of it on one line, the code first. */
export interface Reply {
  code: number;
  text: string;
}

/** A server says what no mail server says, or more than one would: nothing that follows can be trusted. */
export class NoReply extends Error {}

/** Octets that a reply may have; the longest seen, to EHLO, have about a thousand. */
const LONGEST = 64 * 1024;
const LONGEST_TEXT = 300;

/** Puts a server's replies together from the pieces in which they come (RFC 5321 section 4.2.1). */
export class ReplyReader {
  /** A line of which the end has yet to come. */
  #begun = '';
  /** The lines before it, where a reply has several. */
  #lines: string[] = [];
  #length = 0;

  /**
   * The replies that end in this piece.
   *
   * @throws NoReply
   */
  read(piece: Buffer): Reply[] {
    this.#length += piece.length;
    const text = this.#begun + piece.toString('latin1');
    const replies: Reply[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const reply = this.#add(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end));
      if (reply) replies.push(reply);
      start = end + 1;
    }
    this.#begun = start < text.length ? text.slice(start) : '';
    if (replies.length > 0) this.#length = this.#begun.length;
    if (this.#length > LONGEST) throw new NoReply('it talks without end');
    return replies;
  }

  #add(line: string): Reply | undefined {
    const [start, code = '', mark = ''] = /^(\d{3})([ -]?)/.exec(line) ?? [];
    if (start === undefined) throw new NoReply('it says what is no reply of SMTP');
    if (mark === '-') {
      this.#lines.push(line.slice(4));
      return undefined;
    }
    const lines = this.#lines;
    this.#lines = [];
    return { code: Number(code), text: onOneLine(`${code} ${[...lines, line.slice(4)].join(' ')}`) };
  }
}

/** Replies have no stated charset: UTF-8 where it is that, else as bytes. */
function onOneLine(bytes: string): string {
  const utf8 = /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes;
  const text = utf8.includes('\ufffd') ? bytes : utf8;
  return text.replace(/\s+/g, ' ').slice(0, LONGEST_TEXT).trimEnd();
}
