import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Article } from '../article.ts';
import { type ContentProblem, documentParts } from '../document.ts';
import type { Library } from '../library.ts';
import type { Kept } from '../rendered-texts.ts';
import type { Author, Page } from '../site.ts';
import type { WrittenLetter } from '../written-letter.ts';
import { yamlLine } from '../yaml-lines.ts';

/** What `watchpost check` has to say; a fault keeps the check from passing, a note does not. */
export interface Finding extends ContentProblem {
  level: 'fault' | 'note';
}

export type Document = Kept<Article | Author | Page | WrittenLetter>;

/** What the checks look at. */
export interface Desk {
  library: Library;
  siteUrl: URL;
  contentDir: string;
}

/** The file as it stands, in lines; `yaml` is its front matter. */
export interface Source {
  file: string;
  lines: readonly string[];
  yaml: string;
}

export function sourceOf({ contentDir }: Desk, file: string): Source {
  const bytes = readFileSync(path.join(contentDir, file));
  const lines = bytes.toString('utf8').split('\n');
  return { file, lines, yaml: documentParts(bytes)?.yaml ?? '' };
}

/** The line of a front matter field, or of the item at an index of it. */
export function lineOfField({ yaml }: Source, ...at: PropertyKey[]): number {
  return 1 + yamlLine(yaml, at);
}

/** The first line that holds a text, from 1; that of the body's beginning where none does. */
export function lineOfText({ lines }: Source, text: string, bodyLine: number): number {
  const inBody = lines.findIndex((line, index) => index >= bodyLine - 1 && line.includes(text));
  return inBody === -1 ? bodyLine : inBody + 1;
}

export function isArticle(item: Document['item']): item is Article {
  return 'published' in item;
}

export function isLetter(item: Document['item']): item is WrittenLetter {
  return 'topics' in item && !isArticle(item);
}
