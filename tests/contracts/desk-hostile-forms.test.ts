import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { projectRoot } from '#core/platform/config.ts';
import { startPostgres } from '../support/postgres.ts';
import { deskCookie, deskLink, postForm, startSite, type TestSite } from '../support/test-site.ts';

const DESK = path.join(projectRoot, 'src/pages/desk');
const sources = readdirSync(DESK, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => /\.(?:astro|ts)$/.test(name));

/** Every page and handler of the desk, with names that stand for nothing. */
const addresses = (name: string) =>
  sources
    .filter((file) => !/(?:^|\/)_/.test(file))
    .map((file) => file.replace(/(?:(?:^|\/)index)?\.(?:astro|ts)$/, '').replace('[kind]', 'digest'))
    .map((route) => route.replaceAll(/\[\w+\]/g, encodeURIComponent(name)))
    .map((route) => `/desk/${route}${route === '' || /\.\w+$/.test(route) ? '' : '/'}`)
    .filter((address) => address !== '/desk/sign-out/' && address !== '/desk/live/');

/** Every act that a form of that part of the desk may ask for: the words in its files. */
function actionsAt(address: string): string[] {
  const part = address.split('/')[2] ?? '';
  const files = sources.filter((file) => file.split(/[/.]/)[0] === part);
  const words = files.flatMap((file) => [
    ...readFileSync(path.join(DESK, file), 'utf8').matchAll(/'([a-z]+(?:-[a-z]+)*)'/g),
  ]);
  return [...new Set(words.map(([, word = '']) => word))];
}

const NAMES = ['nothing', '-1', '99999999999999999999', '1e400', "'; drop table person; --"];
const VALUES = [
  '',
  '\0',
  '\u{d800}',
  '-1',
  '9'.repeat(30),
  'x'.repeat(5000),
  '../../secret',
  '<b>&amp;"',
  '%00',
];

const BODIES: { type: string; body: string }[] = [
  { type: 'application/json', body: '{"action":"none"}' },
  { type: 'application/json', body: 'null' },
  { type: 'application/json', body: '[[[[' },
  { type: 'application/json', body: '{"credential":{}}' },
  { type: 'application/json', body: '{"credential":{"id":7,"response":7},"name":{}}' },
  {
    type: 'application/json',
    body: '{"credential":{"id":"\\u0000","response":{"clientDataJSON":"\\u0000"}}}',
  },
  {
    type: 'application/json',
    body: `{"credential":{"id":"x","rawId":"x","type":"public-key","response":{"clientDataJSON":"${Buffer.from('{"challenge":{}}').toString('base64url')}"}}}`,
  },
  {
    type: 'multipart/form-data; boundary=x',
    body: '--x\r\nContent-Disposition: form-data; name="action"\r\n',
  },
  { type: 'multipart/form-data', body: 'no boundary' },
  { type: 'text/plain', body: 'action=none' },
  { type: '', body: '\0\0\0' },
];

for (const engine of ['SQLite', 'PostgreSQL'])
  describe(`whatever is sent to the desk, on ${engine}`, () => {
    let site: TestSite;
    let cookie: string;
    const endings: (() => unknown)[] = [];

    before(async () => {
      const server = engine === 'PostgreSQL' ? await startPostgres() : undefined;
      if (server) endings.push(() => server.stop());
      const env = server ? { DATABASE_URL: server.url } : {};
      site = await startSite({ after: (end) => void endings.push(end as () => unknown) }, env);
    });
    after(async () => {
      for (const end of endings.reverse()) await end();
    });

    async function signIn(): Promise<void> {
      cookie = await deskCookie(await deskLink(site));
    }

    /** What was answered with a fault of ours; nothing else is wrong here. */
    async function faultOf(what: string, answer: Response): Promise<string[]> {
      const text = await answer.text();
      if (/\n\s+at .+:\d+:\d+/.test(text)) return [`${what} shows a stack`];
      return answer.status >= 500 ? [`${what}: ${answer.status}`] : [];
    }

    test('an address with any name in it and any question behind it is answered', async () => {
      await signIn();
      const faults: string[] = [];
      for (const name of NAMES)
        for (const address of addresses(name)) {
          const answer = await fetch(site.url + address, { headers: { cookie }, redirect: 'manual' });
          faults.push(...(await faultOf(`GET ${address}`, answer)));
        }
      const questions = [
        'before',
        'after',
        'person',
        'cluster',
        'words',
        'name',
        'article',
        'verdict',
        'sign',
      ];
      const more = [
        'q',
        'state',
        'since',
        'topic',
        'cadence',
        'who',
        'act',
        'subject',
        'day',
        'look',
        'saved',
      ];
      for (const address of addresses('weekly'))
        for (const value of VALUES) {
          const asked = new URLSearchParams([...questions, ...more].map((one) => [one, value]));
          const headers = { cookie };
          const answer = await fetch(`${site.url}${address}?${asked}`, { headers, redirect: 'manual' });
          faults.push(...(await faultOf(`GET ${address}, each question ${JSON.stringify(value)}`, answer)));
        }
      assert.deepEqual(faults, []);
    });

    test('a body of any kind is answered, also by the door', async () => {
      await signIn();
      const faults: string[] = [];
      for (const address of addresses('weekly'))
        for (const { type, body } of BODIES) {
          const answer = await fetch(site.url + address, {
            ...{ method: 'POST', body, redirect: 'manual' as const },
            headers: { cookie, origin: site.url, 'content-type': type },
          });
          faults.push(...(await faultOf(`${type} ${body} to ${address}`, answer)));
        }
      assert.deepEqual(faults, []);
    });

    test('an act that is asked for with any fields is answered', async () => {
      await signIn();
      const fields = [
        'id',
        'ids',
        'name',
        'own-name',
        'role',
        'code',
        'to',
        'token',
        'version',
        'time',
        'at',
      ];
      const more = [
        'lead',
        'place',
        'story',
        'introduction',
        'email',
        'evidence',
        'words',
        'pattern',
        'reason',
      ];
      const chosen = [
        'comment',
        'select',
        'moderation',
        'revision',
        'cadence',
        'topics',
        'alerts',
        'list',
        'kind',
      ];
      const faults: string[] = [];
      for (const address of addresses('weekly').filter((one) => !one.startsWith('/desk/sign-in')))
        for (const [n, action] of actionsAt(address).entries()) {
          const value = VALUES[n % VALUES.length] ?? '';
          const form = { action, sure: 'yes', ...filled([...fields, ...more, ...chosen], value) };
          const answer = await postForm(site.url + address, form, { cookie });
          faults.push(...(await faultOf(`${action} at ${address} with ${JSON.stringify(value)}`, answer)));
          if (answer.status === 401) await signIn();
        }
      assert.deepEqual(faults, []);
    });
  });

function filled(names: readonly string[], value: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
