import { asSafeHtml, type SafeHtml } from '../../platform/safe-html.ts';
import { blocksHtml } from './comment-blocks.ts';

/**
 * A reader's comment as HTML: paragraphs, emphasis, code, quotes, lists and links. Everything else that was
 * typed, HTML too, is shown as text. Linear in the length of the source, never throws.
 * Our own small grammar: marked takes seconds for 5 kB of hostile text, or overflows the stack.
 */
export function commentHtml(source: string): SafeHtml {
  return asSafeHtml(blocksHtml(cleanText(source).split('\n')));
}

/**
 * Text from outside, without what only deceives: controls other than tab and newline, bidi embeddings, overrides
 * and isolates, invisible characters, towers of accents. NFC. Right-to-left text and its marks are untouched.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(DECEIVING, '')
    .replace(STRAY_JOINERS, '')
    .replace(ENDLESS_MARKS, '$1')
    .normalize('NFC')
    .replace(STACKED_MARKS, '$1');
}

/** Controls, zero-width space, U+202A to U+202E, U+2060 to U+206F, byte order mark, tag characters. */
const DECEIVING = /[[\p{Cc}--[\t\n]]\u{200b}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{e0000}-\u{e007f}]/gv;

/** Joiners (ZWNJ, ZWJ) where no script and no emoji needs them. */
const STRAY_JOINERS = new RegExp(
  [
    String.raw`(?<![\p{L}\p{M}])\u200c|\u200c(?![\p{L}\p{M}])`,
    String.raw`(?<![\p{L}\p{M}\p{ExtPict}\p{EMod}])\u200d|\u200d(?![\p{L}\p{M}\p{ExtPict}])`,
  ].join('|'),
  'gu',
);

/** More than twelve marks, as no script writes. Cut first: V8's NFC is quadratic in them (50,000 took 1.6 s). */
const ENDLESS_MARKS = /((?:[\u200c\u200d]?\p{M}){12})(?:[\u200c\u200d]?\p{M})+/gu;

/** More than three marks above or below one letter; spacing marks, which do not stack, are not counted. */
const STACKED_MARKS = /((?:[\u200c\u200d]?[\p{Mn}\p{Me}]){3})(?:[\u200c\u200d]?[\p{Mn}\p{Me}])+/gu;
