import { existsSync } from 'node:fs';
import path from 'node:path';
import { wordsOf } from '../../platform/errors.ts';
import { unescapedHtml } from '../../platform/safe-html.ts';
import { measure } from '../pictures/measure.ts';
import {
  type Desk,
  type Document,
  type Finding,
  isArticle,
  lineOfField,
  lineOfText,
  type Source,
} from './finding.ts';

/** Pictures without words for those who cannot see them, that are not there or damaged, or that no reader is shown. */
export async function checkPictures(
  desk: Desk,
  document: Document,
  source: Source,
  html: string,
): Promise<Finding[]> {
  const shown = [...html.matchAll(/<img\b[^>]*>/g)].map(([tag]): Shown => {
    const src = attribute(tag, 'src');
    const line = lineOfText(source, src, document.bodyLine);
    return { src, alt: attribute(tag, 'alt'), line, field: 'picture' };
  });
  const { item } = document;
  if (isArticle(item) && item.image)
    shown.unshift({ ...item.image, line: lineOfField(source, 'image', 'src'), field: 'image' });
  return (await Promise.all(shown.map((one) => faultsOf(desk, document, one)))).flat();
}

interface Shown {
  src: string;
  alt: string;
  line: number;
  field: string;
}

async function faultsOf(
  { library, contentDir }: Desk,
  { file, item }: Document,
  { src, alt, line, field }: Shown,
): Promise<Finding[]> {
  const fault = (message: string): Finding => ({ level: 'fault', file, line, field, message });
  const faults: Finding[] = [];
  if (alt.trim() === '') faults.push(fault(`${src} has no words for those who cannot see it (alt)`));
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(src)) {
    faults.push(
      fault(`${src} is on another site, and readers are shown nothing from there: put it beside the text`),
    );
    return faults;
  }
  if (src.startsWith('/')) return faults;
  const name = decoded(src);
  if (name === undefined) return [...faults, fault(`${src} has a % in its name: give the file another`)];
  const picture = path.join(library.folderOf(item.path) ?? contentDir, name);
  if (!existsSync(picture)) faults.push(fault(`${src} is not beside the text`));
  else await measure(picture).catch((error) => faults.push(fault(`${src}: ${wordsOf(error)}`)));
  return faults;
}

/** The name of a file as it was before it became an address; undefined where an address cannot hold it. */
function decoded(src: string): string | undefined {
  try {
    const name = decodeURIComponent(src);
    return name.includes('%') ? undefined : name;
  } catch {
    return undefined;
  }
}

function attribute(tag: string, name: string): string {
  return unescapedHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}
