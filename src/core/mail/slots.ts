import { escapeHtml } from '../platform/safe-html.ts';
import { quotedPrintable } from './quoted-printable.ts';

/** What differs from reader to reader in one letter: where it goes, their words, and the tokens of their links. */
export const SLOTS = ['address', 'phrase', 'preferences', 'unsubscribe', 'comment'] as const;
export type Slot = (typeof SLOTS)[number];
export type SlotValues = Record<Slot, string>;

/** Characters that Unicode keeps out of all text stand around a slot's name, so that no escaping touches it. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARK = new RegExp(`${OPEN}(${SLOTS.join('|')})${CLOSE}`);

/** Stands in a letter's text or HTML where a reader's own will be. */
export function slot(name: Slot): string {
  return `${OPEN}${name}${CLOSE}`;
}

/** Every slot as a value of its own: a letter made for this reader is the pattern of all. */
export const SLOT_MARKS: SlotValues = Object.fromEntries(
  SLOTS.map((name) => [name, slot(name)]),
) as SlotValues;

/** A text in which each slot has its value, as a reader would see it. */
export function filledIn(text: string, values: SlotValues): string {
  return text
    .split(MARK)
    .map((piece, index) => (index % 2 === 1 ? values[piece as Slot] : piece))
    .join('');
}

/** A piece of an encoded body: bytes that all readers share, or a slot. */
export type Piece = { shared: Buffer; slot?: never } | { shared?: never; slot: Slot; part: 'text' | 'html' };

/**
 * A part of a body, encoded but for its slots. A slot begins a line and is followed by a soft break, so that no value can
 * move what stands around it.
 */
export function encodedPieces(source: string, part: 'text' | 'html'): Piece[] {
  const pieces = source.replace(/\r\n?/g, '\n').split(MARK);
  return pieces.map((piece, index): Piece => {
    if (index % 2 === 1) return { slot: piece as Slot, part };
    const before = index === 0 || piece.startsWith('\n') ? '' : '=\r\n';
    const encoded = before + quotedPrintable(piece);
    const isLast = index === pieces.length - 1;
    const after = isLast || encoded === '' || encoded.endsWith('\r\n') ? '' : '=\r\n';
    return { shared: Buffer.from(encoded + after, 'latin1') };
  });
}

/** The encoded value of a slot. */
export function encodedValue(value: string, part: 'text' | 'html'): string {
  return quotedPrintable(part === 'html' ? escapeHtml(value) : value);
}
