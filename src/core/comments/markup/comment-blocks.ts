import { escapeHtml } from '../../platform/safe-html.ts';
import { inlineHtml } from './comment-inlines.ts';

/** How many quotes and lists stand around the lines; this bounds the recursion, not the length of the text. */
interface Depth {
  readonly quotes: number;
  readonly lists: number;
}

interface Block {
  readonly html: string;
  /** The first line after the block. */
  readonly next: number;
}

type Lines = readonly string[];

const MAX_QUOTES = 4;
const MAX_LISTS = 3;

/**
 * The lines of a comment as paragraphs, quotes, lists and fenced code. A line is looked at once for every quote
 * and list around it, so at most eight times.
 *
 * @param tight paragraphs without their element, as in the items of a list without blank lines
 */
export function blocksHtml(lines: Lines, depth: Depth = { quotes: 0, lists: 0 }, tight = false): string {
  const html: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const block =
      fencedCode(lines, at) ??
      quote(lines, at, depth) ??
      list(lines, at, depth) ??
      paragraph(lines, at, depth, tight);
    if (block.html !== '') html.push(block.html);
    at = block.next;
  }
  return html.join('\n');
}

/** Code between fences of the same character, the second no shorter; without a second, to the end. */
function fencedCode(lines: Lines, at: number): Block | undefined {
  const fence = fenceOf(lines[at]);
  if (fence === undefined) return undefined;

  const indent = indentOf(lines[at]);
  const code: string[] = [];
  let next = at + 1;
  for (; next < lines.length && !closesFence(lines[next], fence); next += 1) {
    code.push(`${withoutIndent(lines[next], indent)}\n`);
  }
  return { html: `<pre><code>${escapeHtml(code.join(''))}</code></pre>`, next: next + 1 };
}

function fenceOf(line = ''): string | undefined {
  const fence = /^[ \t]*(`{3,}|~{3,})/.exec(line)?.[1];
  const isInlineCode = fence?.startsWith('`') && line.trim().slice(fence.length).includes('`');
  return isInlineCode ? undefined : fence;
}

function closesFence(line = '', fence: string): boolean {
  const closing = line.trim();
  return closing.startsWith(fence) && closing === fence.charAt(0).repeat(closing.length);
}

/** The lines behind `>`: a line without it ends the quote, as an answer typed right below is no part of it. */
function quote(lines: Lines, at: number, depth: Depth): Block | undefined {
  if (!isQuoted(lines[at], depth)) return undefined;

  const quotes = depth.quotes + 1;
  const quoted: string[] = [];
  let next = at;
  for (; isQuoted(lines[next], depth); next += 1) {
    quoted.push(unquoted(lines[next], quotes === MAX_QUOTES ? Number.POSITIVE_INFINITY : 1));
  }
  const html = blocksHtml(quoted, { ...depth, quotes });
  return { html: html === '' ? '' : `<blockquote>\n${html}\n</blockquote>`, next };
}

function isQuoted(line = '', depth: Depth): boolean {
  return depth.quotes < MAX_QUOTES && line.trimStart().startsWith('>');
}

function unquoted(line = '', levels: number): string {
  let rest = line;
  for (let level = 0; level < levels && rest.trimStart().startsWith('>'); level += 1) {
    rest = rest.trimStart().slice(1);
  }
  return rest.startsWith(' ') ? rest.slice(1) : rest;
}

/** Items, with or without blank lines between them, and with lists and other blocks indented below them. */
function list(lines: Lines, at: number, depth: Depth): Block | undefined {
  const first = listMarker(lines[at], depth);
  if (first === undefined || !isNextItem(first, first, 0)) return undefined;

  const items: string[] = [];
  let next = at;
  for (let line = at; line < lines.length; line = nextFilled(lines, next)) {
    const marker = listMarker(lines[line], depth);
    if (marker === undefined || !isNextItem(marker, first, items.length)) break;
    next = itemEnd(lines, line, marker);
    items.push(itemHtml(lines.slice(line, next), marker, depth));
  }
  const tag = first.number === undefined ? 'ul' : 'ol';
  return { html: `<${tag}>\n${items.join('\n')}\n</${tag}>`, next };
}

interface ListMarker {
  readonly indent: number;
  /** Characters up to the item's first word. */
  readonly width: number;
  /** Undefined for a bullet. */
  readonly number: number | undefined;
}

/** The marker of an item; a line of nothing but markers (`* * *`) is a drawn line, so text. */
function listMarker(line = '', depth: Depth): ListMarker | undefined {
  const [marker, number] = /^[ \t]*(?:[-*+]|(\d{1,9})\.)[ \t]+/.exec(line) ?? [];
  if (marker === undefined || depth.lists === MAX_LISTS || !/[^-*+\s]/.test(line)) return undefined;
  return {
    indent: indentOf(line),
    width: marker.length,
    number: number === undefined ? undefined : Number(number),
  };
}

/** A number stays as typed where `<ol>` would show another: "3. I disagree" answers somebody's third point. */
function isNextItem(marker: ListMarker, first: ListMarker, items: number): boolean {
  if (marker.number === undefined || first.number === undefined) return marker.number === first.number;
  return marker.number === 1 || marker.number === items + 1;
}

/** An item goes on over the lines indented below it, blank lines between them included. */
function itemEnd(lines: Lines, start: number, marker: ListMarker): number {
  let end = start + 1;
  for (let line = end; line < lines.length; line += 1) {
    if (isBlank(lines[line])) continue;
    if (indentOf(lines[line]) < marker.indent + 2) break;
    end = line + 1;
  }
  return end;
}

/** The marker becomes white space, so that the item's own first line is indented like those below it. */
function itemHtml([head = '', ...below]: Lines, marker: ListMarker, depth: Depth): string {
  const lines = [' '.repeat(marker.width) + head.slice(marker.width), ...below];
  const tight = !below.some(isBlank);
  return `<li>${blocksHtml(lines, { ...depth, lists: depth.lists + 1 }, tight)}</li>`;
}

function paragraph(lines: Lines, at: number, depth: Depth, tight: boolean): Block {
  let next = at;
  while (next < lines.length && !isBlank(lines[next]) && (next === at || !opensBlock(lines[next], depth)))
    next += 1;
  if (next === at) return { html: '', next: at + 1 };

  const words = lines.slice(at, next).map((line) => line.trim());
  const html = inlineHtml(words.join('\n'));
  return { html: tight ? html : `<p>${html}</p>`, next };
}

function opensBlock(line = '', depth: Depth): boolean {
  if (fenceOf(line) !== undefined || isQuoted(line, depth)) return true;
  const marker = listMarker(line, depth);
  return marker !== undefined && isNextItem(marker, marker, 0);
}

function isBlank(line = ''): boolean {
  return line.trim() === '';
}

function nextFilled(lines: Lines, from: number): number {
  let at = from;
  while (at < lines.length && isBlank(lines[at])) at += 1;
  return at;
}

/** In columns, a tab taken as four. */
function indentOf(line = ''): number {
  return (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length;
}

function withoutIndent(line = '', columns: number): string {
  let at = 0;
  for (let width = 0; width < columns && /[ \t]/.test(line.charAt(at)); at += 1) {
    width += line.charAt(at) === '\t' ? 4 : 1;
  }
  return line.slice(at);
}
