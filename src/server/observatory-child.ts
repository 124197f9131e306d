// A process of its own, for code that is not ours: see observatory.ts. It asks on standard input, answers on standard output.
import fs from 'node:fs';
import { request } from 'node:http';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

interface Asked {
  /** The package's main file. */
  file: string;
  /** Our origin. */
  site: string;
  peer: { host: string; port: number };
}

/** The parts of its code that are used here, as of version 1.4.8. */
interface Observatory {
  scan(host: string): Promise<{
    scan: { grade: string; score: number };
    tests: Record<string, Outcome>;
  }>;
}
interface Outcome {
  pass: boolean;
  scoreModifier: number;
  scoreDescription: string;
  constructor: { title?: string };
}
interface AxiosRequest {
  url: string;
  method: string;
  headers: Record<string, unknown>;
  httpAgent?: Agent;
  httpsAgent?: Agent;
}
interface Agent {
  options?: { cookies?: { jar?: { setCookieSync(cookie: string, url: string): unknown } } };
}

const { file, site, peer } = (await json(process.stdin)) as Asked;
const own = new URL(site);
const about = findPackageJSON(pathToFileURL(file)) ?? '';
const { version } = JSON.parse(fs.readFileSync(about, 'utf8')) as { version: string };

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };

takeListAsEmpty();
await answerFromHere();
const { scan } = (await import(pathToFileURL(file).href)) as Observatory;
const { scan: sum, tests } = await scan(own.host);
const graded = {
  version,
  grade: sum.grade,
  score: sum.score,
  tests: Object.entries(tests).map(([name, outcome]) => ({
    title: outcome.constructor.title ?? name,
    pass: outcome.pass,
    modifier: outcome.scoreModifier,
    words: plainText(outcome.scoreDescription),
  })),
};
process.stdout.write(JSON.stringify(graded), () => process.exit()); // its agents may hold sockets open

/** Its lists of preloaded names are fetched by an install script, which does not run; a site that is on none loses nothing. */
function takeListAsEmpty(): void {
  const read = fs.readFileSync;
  const patched = (name: fs.PathOrFileDescriptor, ...options: unknown[]) =>
    String(name).endsWith('hsts-preload.json') && !fs.existsSync(String(name))
      ? '{}'
      : Reflect.apply(read, fs, [name, ...options]);
  fs.readFileSync = patched as typeof fs.readFileSync;
}

/** It asks by axios for http://… and https://… of the host: whatever it asks for is asked of this server, or not at all. */
async function answerFromHere(): Promise<void> {
  const axiosAt = path.dirname(findPackageJSON('axios', pathToFileURL(file)) ?? '');
  const { default: axios } = (await import(pathToFileURL(path.join(axiosAt, 'index.js')).href)) as {
    default: { defaults: { adapter?: (asked: AxiosRequest) => Promise<unknown> } };
  };
  axios.defaults.adapter = answerTo;
}

/** The proxy before the site speaks TLS, and leads from http to https: that is not looked at from here. */
async function answerTo(asked: AxiosRequest): Promise<unknown> {
  const url = new URL(asked.url);
  if (url.origin !== own.origin) throw Object.assign(new Error('not asked'), { code: 'ECONNREFUSED' });
  const { status, headers, body } = await answerOfServer(asked.method, url);
  const jar = (asked.httpsAgent ?? asked.httpAgent)?.options?.cookies?.jar;
  for (const cookie of headers['set-cookie'] ?? []) jar?.setCookieSync(cookie, url.href);
  return { data: body, status, statusText: '', headers, config: asked, request: {} };
}

async function answerOfServer(method: string, url: URL) {
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = { host: own.host, accept: 'text/html,*/*;q=0.8' };
    const begun = request(
      { ...peer, method: method.toUpperCase(), path: url.pathname + url.search, headers, agent: false },
      resolve,
    );
    begun.on('error', reject).end();
  });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: (await buffer(answer)).toString(),
  };
}

/** Its descriptions are HTML. */
function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}
