import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Article, articleFields } from '../article.ts';
import { readYaml } from '../document.ts';
import { MarkdownError, renderMarkdown } from '../markdown.ts';
import { authorFields, pageFields } from '../site.ts';
import { letterFields } from '../written-letter.ts';
import { checkAliases } from './check-aliases.ts';
import { liveIndicators, namedIndicators } from './check-indicators.ts';
import { checkLinks } from './check-links.ts';
import { checkPictures } from './check-pictures.ts';
import {
  type Desk,
  type Document,
  type Finding,
  isArticle,
  isLetter,
  lineOfField,
  type Source,
  sourceOf,
} from './finding.ts';

/** A note of a writer to themselves that something is still to come; as a word, never as part of one. */
const TK = /(?<![\p{L}\p{N}.])(?:TK)+(?![\p{L}\p{N}])/u;

/**
 * Looks at everything in content/ as a careful editor would before publication; nothing is changed.
 *
 * @param onProgress is told how many of how many documents have been looked at
 * @returns by file and line; empty where all is well
 */
export async function checkContent(
  desk: Desk,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Finding[]> {
  const documents = desk.library.documents();
  const findings: Finding[] = desk.library.problems.map((problem) => ({ ...problem, level: 'fault' }));
  const sources = documents.map(({ file }) => sourceOf(desk, file));
  const named = namedIndicators(desk, documents, sources);
  for (const [index, document] of documents.entries()) {
    const source = sources[index] as Source;
    findings.push(...(await checkText(desk, document, source)), ...unresolved(document, source));
    findings.push(...unknownFields(document, source));
    findings.push(...liveIndicators(named, source));
    if (isArticle(document.item)) findings.push(...checkNames(desk, document.item, source));
    if (isLetter(document.item)) findings.push(...checkTopics(desk, document.item, source));
    onProgress(index + 1, documents.length);
  }
  findings.push(...checkAliases(documents, sources));
  return findings.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

async function checkText(desk: Desk, document: Document, source: Source): Promise<Finding[]> {
  const fault = (line: number, field: string, message: string): Finding => ({
    ...{ file: document.file, line, field, message },
    level: 'fault',
  });
  try {
    const { html } = renderMarkdown(document.body.toString('utf8'));
    const lostNote = /\[\^[^\]\s]{1,64}\]/.exec(html.replace(/<code[\s>].*?<\/code>/gs, ''))?.[0];
    const lost = lostNote === undefined ? [] : source.lines.findIndex((line) => line.includes(lostNote)) + 1;
    return [
      ...checkLinks(desk, document, source, html),
      ...(await checkPictures(desk, document, source, html)),
      ...[lost]
        .flat()
        .map((line) => fault(line, 'footnote', `${lostNote} refers to a note that is not there`)),
    ];
  } catch (error) {
    if (!(error instanceof MarkdownError)) throw error;
    return [fault(document.bodyLine, 'text', error.message)];
  }
}

/** Topics, author, series and related articles that are named but not known. */
function checkNames(desk: Desk, article: Article, source: Source): Finding[] {
  const { library, contentDir } = desk;
  const { series } = library.site;
  const isNamed = (field: string) => new RegExp(`^${field}\\s*:`, 'm').test(source.yaml);
  const findings = checkTopics(desk, article, source);
  const unknown = (line: number, field: string, message: string) =>
    findings.push({ level: 'fault', file: source.file, line, field, message });
  if (!existsSync(path.join(contentDir, 'authors', `${article.author}.md`))) {
    const from = isNamed('author') ? '' : ', the author that site.yaml names,';
    unknown(lineOfField(source, 'author'), 'author', `"${article.author}"${from} has no file in authors/`);
  }
  if (article.series !== undefined && !series.some(({ id }) => id === article.series))
    unknown(lineOfField(source, 'series'), 'series', `"${article.series}" is not in site.yaml`);
  for (const [index, slug] of article.related.entries()) {
    if (!library.written(slug))
      unknown(lineOfField(source, 'related', index), 'related', `"${slug}" is no article`);
  }
  return findings;
}

function checkTopics({ library }: Desk, item: Pick<Article, 'topics'>, source: Source): Finding[] {
  const known = new Set(library.site.topics.map(({ id }) => id));
  return item.topics.flatMap((topic, index): Finding[] => {
    if (known.has(topic)) return [];
    const line = lineOfField(source, 'topics', index);
    return [
      { level: 'fault', file: source.file, line, field: 'topics', message: `"${topic}" is not in site.yaml` },
    ];
  });
}

/** Fields that nobody knows are left alone: most often they are spelt wrong. */
function unknownFields({ file, item }: Document, source: Source): Finding[] {
  const checked = readYaml(file, source.yaml, fieldsOf(item), 1);
  if (checked.state === 'bad') return []; // listed among the problems
  return checked.unknown.map((field) => ({
    level: 'note',
    file,
    line: lineOfField(source, field),
    field,
    message: 'is no field that Watchpost knows',
  }));
}

function fieldsOf(item: Document['item']) {
  if (isArticle(item)) return articleFields;
  if (isLetter(item)) return letterFields;
  return 'slug' in item ? pageFields : authorFields;
}

/** `TK`, a promise to fill in: a fault, but in a draft only a note. */
function unresolved({ file, item }: Document, { lines }: Source): Finding[] {
  let isCode = false;
  return lines.flatMap((line, index): Finding[] => {
    if (/^ {0,3}(?:```|~~~)/.test(line)) isCode = !isCode;
    if (isCode || !TK.test(line.replace(/`[^`]*`/g, ''))) return [];
    const level = 'draft' in item && item.draft ? 'note' : 'fault';
    return [{ level, file, line: index + 1, field: 'text', message: 'has a TK: something is still to come' }];
  });
}
