import type { SignedFields } from './dkim.ts';
import { type HeaderField, headerField, nameOf, relaxedField, structuredField } from './header-field.ts';
import type { Mailbox } from './letter.ts';
import { encodedPieces, encodedValue, type Piece, type SlotValues } from './slots.ts';

/** What every copy of a letter shares; slots stand in its text and HTML where copies differ. */
export interface SharedLetter {
  from: Mailbox;
  subject: string;
  text: string;
  html: string;
  /** Further fields of the head, in the form that their RFCs give them. */
  headers: Record<string, string>;
}

/** What is one copy's own in its head. */
export interface OwnHead {
  to: string;
  /** Without brackets. */
  messageId: string;
  date: Date;
  /** The value of List-Unsubscribe, where the letter is of a list. */
  listUnsubscribe?: string;
}

/** A letter as bytes, but for its signature. */
export interface UnsignedLetter {
  /** The head's fields with CRLF, without the empty line. */
  head: string;
  signedFields: SignedFields;
  /** In DKIM's relaxed form. */
  body: Buffer;
  /** The memory in which the body is the end, with room before it for the head. */
  whole: Buffer;
}

/** What stands before a body: some 2 kB, the signature with them. A longer head is put there by copying. */
const HEAD_ROOM = 4096;

/** Cannot occur in quoted-printable, so that it needs no chance (RFC 2045 section 6.7). */
const BOUNDARY = '=_watchpost';

/**
 * A letter encoded once, from which a reader's copy is made by putting a few bytes between those that all share:
 * multipart/alternative, both parts quoted-printable. 40 kB take about 10 µs a copy, by nodemailer's composer 800.
 */
export class LetterTemplate {
  readonly #head: string;
  readonly #relaxedHead: string;
  readonly #names: readonly string[];
  readonly #listNames: readonly string[];
  readonly #pieces: readonly Piece[];
  readonly #sharedLength: number;

  constructor({ from, subject, text, html, headers }: SharedLetter) {
    const fields: HeaderField[] = [
      headerField('From', from),
      headerField('Subject', subject),
      ...Object.entries(headers).map(([name, value]) => structuredField(name, value)),
      'MIME-Version: 1.0',
      `Content-Type: multipart/alternative;\r\n boundary="${BOUNDARY}"`,
    ];
    this.#head = fields.join('\r\n');
    this.#relaxedHead = fields.map(relaxedField).join('\r\n');
    this.#names = [...fields.map(nameOf), 'to', 'message-id', 'date'];
    this.#listNames = [...this.#names, 'list-unsubscribe'];
    this.#pieces = [
      ascii(partHead('text/plain')),
      ...encodedPieces(text, 'text'),
      ascii(`\r\n${partHead('text/html')}`),
      ...encodedPieces(html, 'html'),
      ascii(`\r\n--${BOUNDARY}--\r\n`),
    ];
    this.#sharedLength = this.#pieces.reduce((sum, { shared }) => sum + (shared?.length ?? 0), 0);
  }

  /** One reader's copy. */
  filled({ to, messageId, date, listUnsubscribe }: OwnHead, values: SlotValues): UnsignedLetter {
    const own: HeaderField[] = [
      /^[\w.+-]+@[\w.-]{1,70}$/.test(to) ? `To: ${to}` : headerField('To', { name: '', address: to }),
      structuredField('Message-ID', `<${messageId}>`),
      `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    ];
    if (listUnsubscribe !== undefined) own.push(structuredField('List-Unsubscribe', listUnsubscribe));
    return {
      head: `${this.#head}\r\n${own.join('\r\n')}\r\n`,
      signedFields: {
        names: listUnsubscribe === undefined ? this.#names : this.#listNames,
        relaxed: `${this.#relaxedHead}\r\n${own.map(relaxedField).join('\r\n')}`,
      },
      ...this.#body(values),
    };
  }

  /** One piece of memory holds all, so that a letter is not copied once more when its head is known. */
  #body(values: SlotValues): Pick<UnsignedLetter, 'body' | 'whole'> {
    const own = this.#pieces.map((piece) =>
      piece.slot === undefined ? '' : encodedValue(values[piece.slot], piece.part),
    );
    const length = own.reduce((sum, text) => sum + text.length, this.#sharedLength);
    const whole = Buffer.allocUnsafe(HEAD_ROOM + length);
    let at = HEAD_ROOM;
    this.#pieces.forEach(({ shared }, index) => {
      at += shared ? shared.copy(whole, at) : whole.write(own[index] ?? '', at, 'latin1');
    });
    return { body: whole.subarray(HEAD_ROOM), whole };
  }
}

function ascii(text: string): Piece {
  return { shared: Buffer.from(text, 'latin1') };
}

function partHead(type: string): string {
  return `--${BOUNDARY}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
}
