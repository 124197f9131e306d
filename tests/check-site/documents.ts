import { request } from 'node:http';
import { EVERY_PAGE, open } from '../browser/every-page.ts';
import type { Setting } from './setting.ts';

/** A document as the site sent it. */
export interface SentDocument {
  name: string;
  type: 'html' | 'css' | 'svg';
  text: string;
}

/** What the front door answers by itself, before any page is asked. */
const REFUSALS: {
  name: string;
  status: number;
  method?: string;
  at?: string;
  host?: string;
  body?: string;
}[] = [
  { name: 'the refusal of an address that cannot be read', status: 400, at: '/%zz' },
  { name: 'the refusal of a form from another site', status: 403, method: 'POST', at: '/newsletter/' },
  { name: 'the refusal of an address of the machinery', status: 404, at: '/_image/' },
  { name: 'the refusal of another method', status: 405, method: 'DELETE' },
  { name: 'the refusal of a body that is too long', status: 413, method: 'POST', body: 'a'.repeat(70_000) },
  { name: 'the refusal of another host', status: 421, host: 'elsewhere.example' },
];

/** Every kind of page, the door's own among them, then the styles and drawings that they name. */
export async function everyDocument(setting: Setting): Promise<SentDocument[]> {
  const pages = [...(await everyPage(setting)), ...(await everyRefusal(setting))];
  const named = pages.flatMap(({ text }) => [...text.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|svg))"/g)]);
  const files = [...new Set(named.map(([, address = '']) => address))];
  return [...pages, ...(await Promise.all(files.map((address) => fileAt(setting, address))))];
}

async function everyPage({ stage, browser, site }: Setting): Promise<SentDocument[]> {
  const pages: SentDocument[] = [];
  for (const kind of Object.values(EVERY_PAGE).flat()) {
    const context = await browser.newContext({ baseURL: site.url });
    const response = await open(await context.newPage(), stage, kind);
    pages.push({ name: kind.name, type: 'html', text: await response.text() });
    await context.close();
  }
  return pages;
}

async function everyRefusal({ site }: Setting): Promise<SentDocument[]> {
  return Promise.all(
    REFUSALS.map(async ({ name, status, method = 'GET', at = '/', host, body = '' }) => {
      const headers = { origin: body ? site.url : 'https://elsewhere.example', ...(host ? { host } : {}) };
      const answer = await asked(site.url + at, { method, headers }, body);
      if (answer.status !== status) throw new Error(`${name} was answered with ${answer.status}`);
      return { name, type: 'html' as const, text: answer.text };
    }),
  );
}

/** By hand: fetch would mend the address and write its own Host. */
function asked(url: string, options: object, body: string): Promise<{ status: number; text: string }> {
  const { hostname, port, origin } = new URL(url);
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, path: url.slice(origin.length), ...options }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => (text += part));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
    });
    req.on('error', reject).end(body);
  });
}

async function fileAt({ site }: Setting, address: string): Promise<SentDocument> {
  const type = address.endsWith('.css') ? 'css' : 'svg';
  return { name: address, type, text: await (await fetch(site.url + address)).text() };
}
