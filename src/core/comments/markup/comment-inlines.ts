import { escapeHtml } from '../../platform/safe-html.ts';
import { addEmphasis, type OpenEmphasis } from './comment-emphasis.ts';
import { addressEnd, bareAddressEnd, type Link, linkTo } from './comment-links.ts';

interface Scan {
  readonly text: string;
  at: number;
  /** The HTML so far. A bracket or a star has a piece of its own, which may become a tag later. */
  readonly pieces: string[];
  /** The closing run of each run of backticks that has one, both by their first character. */
  readonly codeEnds: ReadonlyMap<number, number>;
  readonly emphasis: OpenEmphasis[];
  readonly brackets: Bracket[];
  readonly ownLinks: { readonly piece: number; readonly shown: string }[];
  /** Where the last `hxxp://…`, `[.]` or other refused address ended: no link is made around it. */
  refused: number;
}

interface Bracket {
  readonly at: number;
  readonly piece: number;
  readonly isImage: boolean;
}

/** What may be more than text: the scanner jumps from one to the next. */
const MARK = /[\n`<[\]*_]|(?<![a-z0-9])(?:h(?:tt|xx)ps?:\/\/|mailto:)/gi;
const ADDRESS = /https?:\/\/|mailto:/iy;

/**
 * The words of one paragraph with their emphasis, code, links and line breaks. From left to right: what is closed
 * first counts. Linear: only an address may be read twice, once as a link's and once as itself.
 */
export function inlineHtml(text: string): string {
  const scan: Scan = {
    text,
    at: 0,
    pieces: [],
    codeEnds: codeEnds(text),
    emphasis: [],
    brackets: [],
    ownLinks: [],
    refused: -1,
  };
  while (scan.at < text.length) {
    MARK.lastIndex = scan.at;
    const mark = MARK.exec(text);
    scan.at = addText(scan, mark?.index ?? text.length);
    if (mark !== null) scan.at = addMarked(scan, mark[0]);
  }
  return scan.pieces.join('');
}

/** Runs of backticks end code at the next run of their length, looked up from the right to stay linear. */
function codeEnds(text: string): Map<number, number> {
  const ends = new Map<number, number>();
  const nextOfLength = new Map<number, number>();
  for (const run of [...text.matchAll(/`+/g)].reverse()) {
    const end = nextOfLength.get(run[0].length);
    if (end !== undefined) ends.set(run.index, end);
    nextOfLength.set(run[0].length, run.index);
  }
  return ends;
}

/** This and the functions below add what stands at the scanner's place, and return the place after it. */
function addText(scan: Scan, end: number): number {
  return addHtml(scan, escapeHtml(scan.text.slice(scan.at, end)), end);
}

function addHtml(scan: Scan, html: string, end: number): number {
  scan.pieces.push(html);
  return end;
}

function addMarked(scan: Scan, mark: string): number {
  if (mark === '\n') return addHtml(scan, '<br>', scan.at + 1);
  if (mark === '`') return addCode(scan);
  if (mark === '<') return addAngleLink(scan);
  if (mark === '[') return addOpeningBracket(scan);
  if (mark === ']') return addClosingBracket(scan);
  if (mark === '*' || mark === '_') return addEmphasisRun(scan);
  return addBareAddress(scan);
}

function addCode(scan: Scan): number {
  const start = runEnd(scan.text, scan.at);
  const end = scan.codeEnds.get(scan.at);
  if (end === undefined) return addText(scan, start);
  const code = scan.text.slice(start, end).replaceAll('\n', ' ');
  // One space on both sides makes room for a backtick: `` ` ``
  const isPadded = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '';
  const html = `<code>${escapeHtml(isPadded ? code.slice(1, -1) : code)}</code>`;
  return addHtml(scan, html, end + start - scan.at);
}

function runEnd(text: string, start: number): number {
  let end = start;
  while (text.charAt(end) === text.charAt(start)) end += 1;
  return end;
}

/** `<https://…>` */
function addAngleLink(scan: Scan): number {
  const link = linkBetween(scan.text, scan.at + 1, '>');
  return link === undefined ? addText(scan, scan.at + 1) : addOwnLink(scan, link, link.end + 1);
}

/** The link from `start` right up to the closing character. */
function linkBetween(text: string, start: number, close: string): (Link & { end: number }) | undefined {
  ADDRESS.lastIndex = start;
  if (!ADDRESS.test(text)) return undefined;
  const end = addressEnd(text, start);
  const link = text.charAt(end) === close ? linkTo(text.slice(start, end)) : undefined;
  return link && { ...link, end };
}

/** A link whose words are its address. */
function addOwnLink(scan: Scan, { href, shown }: Link, end: number): number {
  scan.ownLinks.push({ piece: scan.pieces.length, shown });
  return addHtml(scan, `${linkTag(href)}${escapeHtml(shown)}</a>`, end);
}

function linkTag(href: string): string {
  return `<a href="${escapeHtml(href)}" rel="ugc nofollow noopener">`;
}

/** `https://…` in running text; one that makes no link stays as typed to its end, stars and all. */
function addBareAddress(scan: Scan): number {
  const end = bareAddressEnd(scan.text, scan.at);
  const link = linkTo(scan.text.slice(scan.at, end));
  if (link !== undefined) return addOwnLink(scan, link, end);
  scan.refused = end;
  return addText(scan, end);
}

function addOpeningBracket(scan: Scan): number {
  const { text, at } = scan;
  if (text.startsWith('[.]', at)) {
    scan.refused = at + 3;
    return addText(scan, at + 3);
  }
  scan.brackets.push({ at, piece: scan.pieces.length, isImage: text.charAt(at - 1) === '!' });
  return addText(scan, at + 1);
}

/** `[words](https://…)` ends here, with where it leads, as the words may name another place; or only a bracket. */
function addClosingBracket(scan: Scan): number {
  const bracket = scan.brackets.pop();
  const link = bracket && mayBeLink(scan, bracket) ? linkBetween(scan.text, scan.at + 2, ')') : undefined;
  if (bracket === undefined || link === undefined) return addText(scan, scan.at + 1);

  scan.pieces[bracket.piece] = linkTag(link.href);
  scan.brackets.length = 0; // no link around a link
  dropAfter(scan.emphasis, bracket.piece);
  for (const inner of dropAfter(scan.ownLinks, bracket.piece))
    scan.pieces[inner.piece] = escapeHtml(inner.shown);
  return addHtml(scan, ` <bdi>(${escapeHtml(link.place)})</bdi></a>`, link.end + 1);
}

function mayBeLink({ text, at, refused }: Scan, bracket: Bracket): boolean {
  if (bracket.isImage || refused > bracket.at || text.charAt(at + 1) !== '(') return false;
  return text.slice(bracket.at + 1, at).trim() !== '';
}

/** Takes what stands after a piece off the end of a list that is in the order of the pieces. */
function dropAfter<T extends { readonly piece: number }>(list: T[], piece: number): T[] {
  const kept = list.findLastIndex((entry) => entry.piece <= piece);
  return list.splice(kept + 1);
}

function addEmphasisRun(scan: Scan): number {
  const run = { text: scan.text, start: scan.at, end: runEnd(scan.text, scan.at) };
  const closed = addEmphasis(run, scan.pieces, scan.emphasis);
  // A bracket inside the emphasis can no longer begin a link: the link would end outside.
  if (closed !== undefined) dropAfter(scan.brackets, closed);
  return run.end;
}
