import { feedFaults } from '../support/feed-rules.ts';
import { grouped, type Outcome, outcomeOf } from './outcome.ts';
import { MAIN_PAGES, type Setting } from './setting.ts';

const FORMATS = ['rss.xml', 'atom.xml', 'feed.json'];

/** Every feed that the site offers, by the rules of the W3C's validator; and that each can be asked for once only. */
export async function* feeds({ site }: Setting): AsyncGenerator<Outcome> {
  const topics = await (await fetch(`${site.url}/topics/`)).text();
  const folders = ['/', ...new Set(topics.match(/\/topics\/[a-z0-9-]+\//g))];
  for (const format of FORMATS)
    yield judged(
      `feeds in ${format}`,
      site.url,
      folders.map((folder) => folder + format),
    );
  yield judged('the feed of fifty comments', site.url, [`${MAIN_PAGES.article}comments.xml`]);
}

async function judged(what: string, origin: string, paths: readonly string[]): Promise<Outcome> {
  const findings: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const response = await fetch(origin + path);
    const text = await response.text();
    bytes += Buffer.byteLength(text);
    findings.push(...faultsOf(text, origin + path).map((fault) => `${path}: ${fault}`));
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    const { status } = await fetch(origin + path, { headers });
    if (status !== 304) findings.push(`${path}: sent again to who has it (${status})`);
  }
  return outcomeOf(
    what,
    `${paths.length}, of ${grouped(Math.round(bytes / paths.length))} bytes on average`,
    findings,
  );
}

function faultsOf(text: string, address: string): string[] {
  if (!text.includes(address)) return ['does not name its own address'];
  if (address.endsWith('.xml')) return feedFaults(text).map(({ at, finding }) => `${finding} at ${at}`);
  const { version, items } = JSON.parse(text) as {
    version: string;
    items: { id: string; content_html: string }[];
  };
  const isWhole = items.every(({ id, content_html }) => id.startsWith('http') && content_html !== '');
  return version === 'https://jsonfeed.org/version/1.1' && isWhole
    ? []
    : ['is no JSON Feed 1.1 with full texts'];
}
