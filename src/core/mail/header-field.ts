import { foldLines } from 'nodemailer/lib/mime-funcs';
import MimeNode from 'nodemailer/lib/mime-node';
import type { Mailbox } from './letter.ts';

/** One field of a letter's head, as it is sent: encoded, folded, without its last line end. */
export type HeaderField = string;

/** A field whose value is for people, or made of mailboxes; nodemailer encodes it, and no line break survives. */
export function headerField(name: string, value: string | Mailbox | Date): HeaderField {
  return foldLines(`${name}: ${MimeNode.encodeHeaderValue(name, value)}`, 76);
}

/**
 * A field that programs read, whose form is fixed by its RFC, such as List-Id.
 *
 * @throws Error where the value holds what would end the field, or is not ASCII
 */
export function structuredField(name: string, value: string): HeaderField {
  if (!/^[\t -~]+(?:\r\n [!-~][ -~]*)*$/.test(value))
    throw new Error(`${name} holds what no header field may`);
  return `${name}: ${value}`;
}

/** A field in DKIM's relaxed form (RFC 6376 section 3.4.2). */
export function relaxedField(field: HeaderField): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${nameOf(field)}:${value}`;
}

/** The name of a field, in lower case. */
export function nameOf(field: HeaderField): string {
  return field.slice(0, field.indexOf(':')).toLowerCase();
}
