import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/config.ts';
import { unescapedHtml } from '../../platform/safe-html.ts';
import { type Desk, type Document, type Finding, isArticle, lineOfText, type Source } from './finding.ts';

/** Addresses that are there whatever content/ holds, or that only the database knows. */
const ALWAYS =
  /^\/(?:|articles\/|topics\/|series\/|archive\/|authors\/|search\/|newsletter\/(?:|genuine\/|editions\/(?:[\w-]+\/)?)|rss\.xml|atom\.xml|feed\.json|sitemap\.xml|robots\.txt|\.well-known\/security\.txt)$/;
/** Anchors that pages have besides those of their text. */
const ANCHORS = /^(?:content|comments|comment-\d+|add-yours|sign-up|(?:update|correction)-.*)$/;

/** Links to this site that lead nowhere. */
export function checkLinks(desk: Desk, document: Document, source: Source, html: string): Finding[] {
  const { file, bodyLine, item } = document;
  return linkProblems(desk, item.path, html).map(({ level, href, message }) => ({
    ...{ level, file, field: 'link', message },
    line: lineOfText(source, href, bodyLine),
  }));
}

/** The same for any HTML of ours, such as a letter's. `base` is what its addresses are relative to. */
export function linkProblems(
  desk: Desk,
  base: string,
  html: string,
): (Pick<Finding, 'level' | 'message'> & { href: string })[] {
  const hrefs = [...html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map(([, href = '']) => unescapedHtml(href));
  return [...new Set(hrefs)].flatMap((href) => {
    const from = new URL(base, desk.siteUrl);
    const url = URL.canParse(href, from) ? new URL(href, from) : undefined;
    const problem = (level: Finding['level'], message: string) => [{ level, href, message }];
    if (!url) return problem('fault', `${href} is no address`);
    if (url.origin !== desk.siteUrl.origin) return [];
    const target = targetOf(desk, url);
    if (target.state === 'moved') return problem('note', `${href} is an old address: write ${target.to}`);
    if (target.state === 'gone') return problem('fault', `${href} leads nowhere${target.why}`);
    const isHere = target.ids === undefined || url.hash === '' || isAnchor(url.hash, target.ids);
    return isHere ? [] : problem('fault', `${href}: there is no ${url.hash} on that page`);
  });
}

type Target =
  | { state: 'there'; ids?: string }
  | { state: 'moved'; to: string }
  | { state: 'gone'; why: string };

function targetOf({ library }: Desk, url: URL): Target {
  const address = url.pathname.includes('.', url.pathname.lastIndexOf('/'))
    ? url.pathname
    : `${url.pathname.replace(/\/$/, '')}/`;
  const [, kind = '', id = '', rest = ''] = address.split('/');
  const there = { state: 'there' as const };
  const gone = { state: 'gone' as const, why: '' };
  if (ALWAYS.test(address) || existsSync(path.join(projectRoot, 'public', address))) return there;
  const document = library.documentAt(address);
  if (document) {
    if (isArticle(document.item) && document.item.draft) return { ...gone, why: ': it is a draft' };
    return { ...there, ids: library.html(document.item) };
  }
  const to = library.aliasTarget(address);
  if (to !== undefined) return { state: 'moved', to };
  const isFile =
    rest !== '' && (/^(?:rss\.xml|atom\.xml|feed\.json|comments\.xml|share\.png)$/.test(rest) || isBeside());
  const isKnown = {
    topics: () => library.articlesOn(id).length > 0 && (rest === '' || isFile),
    series: () => library.articlesInSeries(id).length > 0,
    archive: () => library.articlesIn(Number(id)).length > 0,
    articles: () => library.written(id) !== undefined && isFile,
    authors: () => (rest === '' ? library.isAuthor(id) : isFile),
  }[kind];
  return isKnown?.() ? there : gone;

  function isBeside(): boolean {
    const folder = library.folderOf(`/${kind}/${id}/`);
    return folder !== undefined && existsSync(path.join(folder, decodeURIComponent(rest)));
  }
}

function isAnchor(hash: string, html: string): boolean {
  const anchor = decodeURIComponent(hash.slice(1));
  return ANCHORS.test(anchor) || html.includes(` id="${anchor}"`);
}
