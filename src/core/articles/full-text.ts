import { escapeHtml, type SafeHtml } from '../platform/safe-html.ts';
import { type Article, updateAnchor } from './article.ts';
import { feedHtml } from './feed-html.ts';
import { defanged } from './indicators.ts';
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
  const time = (at: string) => `<time datetime="${at}">${timeWords(library.site, at)}</time>`;
  const updates = article.updates.map(
    (update) => `<a href="#${updateAnchor(update)}">${time(update.at)}</a>: ${escapeHtml(update.text)}`,
  );
  const corrections = article.corrections.map(({ at, text }) => `${time(at)}: ${escapeHtml(text)}`);
  const indicators = article.indicators.map((value) => `<code>${escapeHtml(defanged(value))}</code>`);
  const parts = [
    cover(article.image),
    facts(article),
    section('What to do now', 'ol', article.actions.map(escapeHtml)),
    section('Updates', 'ul', updates),
    library.html(article),
    section('Indicators', 'ul', indicators),
    section('Corrections', 'ul', corrections),
    placeInSeries(article, library),
  ];
  return feedHtml(await withPlainPictures(pictures, parts.join(''), article.path), page);
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

function placeInSeries(article: Article, library: Library): string {
  const place = library.seriesOf(article);
  if (!place) return '';
  const { series, parts, number } = place;
  const link = `<a href="/series/${series.id}/">${escapeHtml(series.name)}</a>`;
  return `<p>Part ${number} of ${parts.length} of the series ${link}.</p>\n`;
}

function section(title: string, list: 'ol' | 'ul', items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h2>${title}</h2>\n<${list}>${items.map((item) => `<li>${item}</li>`).join('')}</${list}>\n`;
}
