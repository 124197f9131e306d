import { escapeHtml, type SafeHtml } from '../platform/safe-html.ts';
import type { Article } from './article.ts';
import { feedHtml } from './feed-html.ts';
import type { Library } from './library.ts';
import { withPlainPictures } from './pictures/picture-html.ts';
import type { Pictures } from './pictures/pictures.ts';
import { timeWords } from './time-words.ts';

/** Everything that the page of an article tells, as plain HTML, for who reads it in a feed. */
export async function fullText(
  article: Article,
  { library, pictures }: { library: Library; pictures: Pictures },
  page: URL,
): Promise<SafeHtml> {
  const { site } = library;
  const notes = (title: string, list: Article['updates']) => section(title, timeline(list, site));
  const html = [
    cover(article.image),
    facts(article),
    section('What to do now', items('ol', article.actions.map(escapeHtml))),
    notes('Updates', article.updates),
    library.html(article),
    notes('Corrections', article.corrections),
  ].join('');
  return feedHtml(await withPlainPictures(pictures, html, article.path), page);
}

function cover(image: Article['image']): string {
  if (!image) return '';
  const caption = [image.caption, image.credit].filter((text) => text !== undefined).join(' ');
  const picture = `<img src="${escapeHtml(image.src)}" alt="${escapeHtml(image.alt)}">`;
  return `<figure>${picture}${caption && `<figcaption>${escapeHtml(caption)}</figcaption>`}</figure>\n`;
}

function facts({ status, severity, affected }: Article): string {
  const lines = [
    status && `<strong>Status:</strong> ${status}`,
    severity && `<strong>Severity:</strong> ${severity}`,
    affected.length > 0 && `<strong>Affected:</strong> ${affected.map(escapeHtml).join(', ')}`,
  ].filter(Boolean);
  return lines.length > 0 ? `<p>${lines.join('<br>')}</p>\n` : '';
}

/** Newest first, as on the page. */
function timeline(notes: Article['updates'], site: Library['site']): string {
  return items(
    'ul',
    notes.map(({ at, text }) => `<time datetime="${at}">${timeWords(site, at)}</time>: ${escapeHtml(text)}`),
  );
}

function section(title: string, contents: string): string {
  return contents && `<h2>${title}</h2>\n${contents}`;
}

function items(list: 'ol' | 'ul', each: readonly string[]): string {
  return each.length > 0 ? `<${list}>${each.map((one) => `<li>${one}</li>`).join('')}</${list}>\n` : '';
}
