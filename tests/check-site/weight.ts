import { until } from '../support/test-site.ts';
import { grouped, type Outcome, outcomeOf } from './outcome.ts';
import { MAIN_PAGES, type Setting } from './setting.ts';

/** What fits into the first ten packets of a new connection (RFC 6928), headers left room for. */
const MOST = 14_000;

/** What a reader's browser must have before it shows an article with 50 comments: its HTML and its styles. */
export async function* weight({ site }: Setting): AsyncGenerator<Outcome> {
  const address = site.url + MAIN_PAGES.article;
  let page = await compressed(address);
  await until(async () => {
    page = await compressed(address);
    return page.encoding === 'br'; // the first answers go out before it is compressed
  }, 'the compressed page');
  const sheets = await Promise.all(
    [...page.text.matchAll(/<link\b[^>]*\brel="stylesheet"[^>]*>/g)].map(([link]) =>
      compressed(new URL(/href="([^"]+)"/.exec(link)?.[1] ?? '', address).href),
    ),
  );
  const css = sheets.reduce((sum, { bytes }) => sum + bytes, 0);
  const sum = page.bytes + css;
  const comments = page.text.match(/ id="comment-\d+"/g)?.length ?? 0;
  yield outcomeOf(
    'HTML and CSS of an article with 50 comments',
    `${grouped(sum)} bytes with brotli, ${grouped(MOST)} at most (HTML ${grouped(page.bytes)}, CSS ${grouped(css)} in ${sheets.length})`,
    [
      ...(comments === 50 ? [] : [`${comments} comments stand on the page`]),
      ...(sum > MOST ? [`${grouped(sum - MOST)} bytes too many`] : []),
      ...(sheets.some(({ encoding }) => encoding !== 'br') ? ['a style sheet came without brotli'] : []),
    ],
  );
}

/** Asks as a browser does; `bytes` are those of the body as it came. */
async function compressed(url: string) {
  const response = await fetch(url, { headers: { 'accept-encoding': 'gzip, deflate, br' } });
  return {
    text: await response.text(),
    bytes: Number(response.headers.get('content-length')),
    encoding: response.headers.get('content-encoding'),
  };
}
