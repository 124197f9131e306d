import { existsSync } from 'node:fs';
import path from 'node:path';
import { unescapedHtml } from '../../platform/safe-html.ts';
import {
  type Desk,
  type Document,
  type Finding,
  isArticle,
  lineOfField,
  lineOfText,
  type Source,
} from './finding.ts';

/** Pictures without words for those who cannot see them, that are not there, or that no reader is shown. */
export function checkPictures(desk: Desk, document: Document, source: Source, html: string): Finding[] {
  const findings = [...html.matchAll(/<img\b[^>]*>/g)].flatMap(([tag]) => {
    const src = attribute(tag, 'src');
    const line = lineOfText(source, src, document.bodyLine);
    return faultsOf(desk, document, { src, alt: attribute(tag, 'alt'), line, field: 'picture' });
  });
  const { item } = document;
  if (!isArticle(item) || !item.image) return findings;
  const cover = { ...item.image, line: lineOfField(source, 'image', 'src'), field: 'image' };
  return [...faultsOf(desk, document, cover), ...findings];
}

function faultsOf(
  { library, contentDir }: Desk,
  { file, item }: Document,
  { src, alt, line, field }: { src: string; alt: string; line: number; field: string },
): Finding[] {
  const fault = (message: string): Finding => ({ level: 'fault', file, line, field, message });
  const faults: Finding[] = [];
  if (alt.trim() === '') faults.push(fault(`${src} has no words for those who cannot see it (alt)`));
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(src)) {
    faults.push(
      fault(`${src} is on another site, and readers are shown nothing from there: put it beside the text`),
    );
    return faults;
  }
  const folder = library.folderOf(item.path) ?? contentDir;
  const isThere = !src.startsWith('/') && existsSync(path.join(folder, decodeURIComponent(src)));
  if (!isThere && !src.startsWith('/')) faults.push(fault(`${src} is not beside the text`));
  return faults;
}

function attribute(tag: string, name: string): string {
  return unescapedHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}
