import { liveIndicators, namedIndicators } from '../articles/check/check-indicators.ts';
import { linkProblems } from '../articles/check/check-links.ts';
import { type Desk, sourceOf } from '../articles/check/finding.ts';
import { unescapedHtml } from '../platform/safe-html.ts';
import { type PreflightFinding, type PreflightParts, stop } from './preflight-finding.ts';

/** What any article calls an indicator and stands here as attackers use it: pressed, it does harm. */
export function liveIndicatorsIn(parts: PreflightParts, words: string): PreflightFinding[] {
  const desk = deskOf(parts);
  const documents = parts.library.documents();
  const named = namedIndicators(
    desk,
    documents,
    documents.map(({ file }) => sourceOf(desk, file)),
  );
  const source = { file: '', yaml: '', lines: words.split('\n') };
  const found = new Set(liveIndicators(named, source).map(({ message }) => message));
  return [...found].map((message) => stop(`The letter ${message}.`, { isFinal: true }));
}

/** Links to our own pages that lead nowhere now, those to what is published later too. */
export function brokenLinks(parts: PreflightParts, html: string): PreflightFinding[] {
  const dead = linkProblems(deskOf(parts), '/', html).filter(({ level }) => level === 'fault');
  const early = [
    ...new Set([...html.matchAll(/\shref="([^"]*)"/g)].map(([, href = '']) => unescapedHtml(href))),
  ]
    .filter((href) => isUnpublished(parts, href))
    .map((href) => ({ href, message: `${href} leads to an article that is not published yet` }));
  const known = new Set(dead.map(({ href }) => href));
  return [...dead, ...early.filter(({ href }) => !known.has(href))].map(({ message }) =>
    stop(`The link ${message}. Mend it where it is written; if it is a story’s own, leave that story out.`),
  );
}

function isUnpublished({ library, siteUrl }: PreflightParts, href: string): boolean {
  if (!URL.canParse(href)) return false;
  const { origin, pathname } = new URL(href);
  const slug = /^\/articles\/([^/]+)\/$/.exec(pathname)?.[1];
  return (
    origin === siteUrl.origin &&
    slug !== undefined &&
    library.written(slug) !== undefined &&
    !library.article(slug)
  );
}

function deskOf({ library, siteUrl, config }: PreflightParts): Desk {
  return { library, siteUrl, contentDir: config.contentDir };
}
