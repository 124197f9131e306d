import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type App, closeApp, openApp } from '#core/app.ts';
import { invite, join } from '#core/desk/invitations.ts';
import { type AtDesk, personAt } from '#core/desk/sessions.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { projectRoot } from '#core/platform/config.ts';
import { memoryLog, testConfig } from '../support/test-app.ts';
import { postForm, startSite, type TestSite } from '../support/test-site.ts';

const DESK = path.join(projectRoot, 'src/pages/desk');

/** What everybody may ask for, each with the reason. */
const OPEN: Record<string, string> = {
  'sign-in/index.astro': 'it is the door',
  'sign-in/passkey.ts': 'it is the door',
  'sign-in/[token].astro': 'the link is the right',
  'join/[token].astro': 'the link is the right',
  'sign-out.ts': 'one may always go',
};

const EVERYBODY = ['owner', 'editor', 'moderator'] as const;
type Role = (typeof EVERYBODY)[number];
/** Who may be where, by the first part of the address; written down here a second time, on purpose. */
const MAY: Record<string, readonly Role[]> = {
  '': EVERYBODY,
  account: EVERYBODY,
  'step-up': EVERYBODY,
  comments: EVERYBODY,
  articles: ['owner', 'editor'],
  editions: ['owner', 'editor'],
  live: ['owner', 'editor'],
  figures: ['owner', 'editor'],
  mail: ['owner'],
  subscribers: ['owner'],
  people: ['owner'],
  audit: ['owner'],
  security: ['owner'],
  drill: ['owner'],
};

const files = readdirSync(DESK, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => /\.(?:astro|ts)$/.test(name) && !/(?:^|\/)_/.test(name));

test('each page and handler of the desk decides itself who may be there, before anything else', () => {
  assert.ok(files.length > 15);
  const undecided = files.filter((name) => {
    if (OPEN[name]) return false;
    const source = readFileSync(path.join(DESK, name), 'utf8');
    const handlers = name.endsWith('.astro') ? 1 : [...source.matchAll(/^export const [A-Z]+\b/gm)].length;
    const decisions = source.matchAll(
      /const person = await atDesk\(\w+, '[a-z]+'(?:, 'step-up')?\);\s+if \(person instanceof Response\) return person;/g,
    );
    return handlers === 0 || [...decisions].length !== handlers || decidesLate(name, source);
  });
  assert.deepEqual(undecided, []);
  assert.deepEqual(
    Object.keys(OPEN).filter((name) => !files.includes(name)),
    [],
  );
});

/** Whether something is awaited before it is known who asks. */
function decidesLate(name: string, source: string): boolean {
  const script = (name.endsWith('.astro') ? source.split('---')[1] : source) ?? '';
  return /\bawait (?!atDesk\()/.test(script.slice(0, script.indexOf('await atDesk(')));
}

/** Each page and handler that not everybody may ask for, and an address of it. */
const guarded = files
  .filter((name) => !OPEN[name])
  .map((name) => {
    const route = name
      .replace(/(?:(?:^|\/)index)?\.(?:astro|ts)$/, '')
      .replace('[kind]', 'digest')
      .replace(/\[\w+\]/g, 'weekly');
    return { name, address: `/desk/${route}${route === '' || /\.\w+$/.test(route) ? '' : '/'}` };
  });

/** Other ways to write an address of the desk, as somebody may who hopes that a rule looks at the letters alone. */
const SPELLINGS: ((address: string) => string)[] = [
  (address) => `/${address}`,
  (address) => address.replace('/desk/', '/desk//'),
  (address) => address.replace('/desk/', '/x/../desk/./'),
  (address) => address.replace('/desk/', '/%64esk/'),
  (address) => address.replace('/desk/', '/d%65s%6B/'),
  (address) => address.replace('/desk/', '/%2564esk/'),
  (address) => address.replace('/desk/', '/desk%2F'),
  (address) => address.replace('/desk/', '/desk%5c'),
  (address) => address.replace('/desk/', '\\desk\\'),
  (address) => address.replace('/desk/', '/DESK/'),
  (address) => address.replace('/desk/', '/desk;x=1/'),
  (address) => address.replace(/\/$/, ''),
  (address) => `${address}?to=/desk/&x=//`,
  (address) => `http://evil.example${address}`,
];

/** Asks with that very target, which `fetch` would tidy first. */
async function askRaw(
  { url }: TestSite,
  method: string,
  target: string,
  headers: Record<string, string>,
): Promise<{ status: number; location: string | undefined; text: string }> {
  const { hostname, port } = new URL(url);
  const asked = request({ hostname, port, method, path: target, headers });
  asked.end(method === 'POST' ? 'action=none' : undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const bytes of answer) text += bytes;
  return { status: answer.statusCode ?? 0, location: answer.headers.location, text };
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('three roles, at every page and handler', () => {
  let site: TestSite;
  let beside: App;
  const cookies = {} as Record<Role, string>;
  const people = {} as Record<Role, AtDesk>;
  const endings: (() => unknown)[] = [];

  before(async () => {
    site = await startSite({ after: (end) => void endings.push(end as () => unknown) });
    const config = testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir });
    beside = await openApp(config, { log: memoryLog([]) });
    const visitor = { network: '192.0.2.1', device: 'A test' };
    const tokenOf = (link: string) => link.split('/').at(-2) ?? '';
    await keep('owner', await signInByLink(beside, tokenOf(await deskLink(beside)), visitor));
    for (const role of ['editor', 'moderator'] as const)
      await keep(
        role,
        await join(beside, tokenOf(await invite(beside, people.owner, { name: role, role })), visitor),
      );
  });
  after(async () => {
    await closeApp(beside);
    for (const end of endings) await end();
  });

  async function keep(role: Role, session: string | undefined): Promise<void> {
    const person = await personAt(beside, session);
    assert.ok(person);
    people[role] = person;
    cookies[role] = `watchpost-desk=${session}`;
  }

  async function ask(method: string, address: string, headers: Record<string, string>): Promise<Response> {
    const isPost = method === 'POST';
    const answer = await fetch(site.url + address, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(isPost ? { origin: site.url } : {}) },
      ...(isPost ? { body: new URLSearchParams({ action: 'none' }) } : {}),
    });
    if (answer.status !== 403) await answer.body?.cancel();
    return answer;
  }

  const refusals = async () =>
    (
      await beside.db
        .selectFrom('audit')
        .select(['who', 'subject'])
        .where('act', '=', 'desk.refused')
        .execute()
    ).length;

  for (const { name, address } of guarded) {
    test(address, async () => {
      const [, , area = ''] = address.split('/');
      const may = MAY[area];
      assert.ok(may, `say in this test who may be at /desk/${area}/`);
      const source = readFileSync(path.join(DESK, name), 'utf8');
      const isPage = name.endsWith('.astro');
      for (const method of ['GET', 'POST'].filter((one) => isPage || source.includes(`const ${one}:`))) {
        for (const role of EVERYBODY) {
          const count = await refusals();
          const answer = await ask(method, address, { cookie: cookies[role] });
          const where = `${method} as ${role}: ${answer.status} ${answer.headers.get('location')}`;
          assert.equal(answer.status === 403, !may.includes(role), where);
          assert.equal((await refusals()) - count, may.includes(role) ? 0 : 1, `${where}, in the audit`);
          if (answer.status === 403) assert.match(await answer.text(), /This is not for you to do/);
          assert.ok(answer.status !== 401 && !answer.headers.get('location')?.includes('sign-in'), where);
        }
        const stranger = await ask(method, address, {});
        if (method === 'POST') assert.equal(stranger.status, 401);
        else assert.match(`${stranger.status} ${stranger.headers.get('location')}`, /^303 \/desk\/sign-in\//);
      }
    });
  }

  test('however an address is spelt, whoever may not be there is refused, and it is in the audit log', async () => {
    for (const { name, address } of guarded) {
      const may = MAY[address.split('/')[2] ?? ''] ?? [];
      const methods = ['GET', 'HEAD', 'POST', ...(name.endsWith('.astro') ? ['PUT'] : [])];
      for (const role of EVERYBODY.filter((one) => !may.includes(one)))
        for (const method of methods)
          for (const target of SPELLINGS.map((spelt) => spelt(address))) {
            const before = await refusals();
            const answer = await askRaw(site, method, target, {
              ...{ cookie: cookies[role], origin: site.url },
              ...(method === 'POST' ? FORM : {}),
            });
            const where = `${method} ${target} as ${role}: ${answer.status} ${answer.location}`;
            assert.ok([301, 308, 400, 403, 404, 405, 421].includes(answer.status), where);
            if (answer.location) assert.equal(answer.location?.split('?')[0], address, where);
            const isHere = answer.status === 403 && (method === 'HEAD' || /not for you/.test(answer.text));
            assert.equal((await refusals()) - before, isHere ? 1 : 0, where);
            assert.doesNotMatch(answer.text, /aria-label="Desk"/, where);
          }
    }
    for (const address of ['//desk/people/', '/%64esk/people/', '/desk//people']) {
      const led = await fetch(site.url + address, { headers: { cookie: cookies.editor } });
      assert.equal(led.status, 403, address);
      const owner = await fetch(site.url + address, { headers: { cookie: cookies.owner } });
      assert.equal(owner.status, 200, address);
    }
  });

  const FOREIGN = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];

  test('a form from another site does nothing, whoever is signed in, at every page and handler', async () => {
    const everything = async () => {
      const tables = ['audit', 'session', 'invitation', 'recovery_code', 'passkey', 'token'] as const;
      const rows = tables.map((table) => beside.db.selectFrom(table).selectAll().execute());
      return (await Promise.all(rows)).map((found) => found.length);
    };
    const before = await everything();
    const addresses = [...guarded.map(({ address }) => address), '/desk/sign-out/', '/desk/sign-in/passkey/'];
    for (const address of addresses)
      for (const target of [address, `/${address}`, address.replace('/desk/', '/%64esk/')])
        for (const headers of FOREIGN) {
          const answer = await askRaw(site, 'POST', target, { cookie: cookies.owner, ...FORM, ...headers });
          assert.ok([403, 404].includes(answer.status), `${target}: ${answer.status}`);
        }
    assert.deepEqual(await everything(), before);
    assert.ok(await personAt(beside, cookies.owner.split('=')[1]), 'and is still signed in');
  });

  test('the same form of our own does what it says', async () => {
    const fields = { action: 'invite', name: 'Mallory', role: 'owner' };
    for (const headers of FOREIGN) {
      const answer = await postForm(`${site.url}/desk/people/`, fields, {
        cookie: cookies.owner,
        ...headers,
      });
      assert.equal(answer.status, 403);
    }
    const invited = () => beside.db.selectFrom('invitation').select('name').where('name', '=', 'Mallory');
    assert.deepEqual(await invited().execute(), []);
    const own = await postForm(`${site.url}/desk/people/`, fields, { cookie: cookies.owner });
    assert.equal(own.status, 200);
    assert.equal((await invited().execute()).length, 1);
  });

  test('an act for which one must show anew who one is leads there, and is not done', async () => {
    const before = new Date(Date.now() - 11 * 60_000).toISOString();
    await beside.db.updateTable('session').set({ stepped_up_at: before }).execute();
    const acts = [
      { at: '/desk/people/', action: 'invite' },
      { at: '/desk/people/', action: 'role' },
      { at: '/desk/people/', action: 'remove' },
      { at: '/desk/people/', action: 'take-back' },
      { at: '/desk/account/', action: 'codes' },
      { at: '/desk/account/', action: 'remove' },
      { at: '/desk/editions/next/weekly/', action: 'send' },
      ...['alert', 'letter', 'approve', 'resume', 'schedule', 'schedule-letter', 'again', 'take'].map(
        (action) => ({
          at: '/desk/editions/',
          action,
        }),
      ),
    ];
    for (const { at, action } of acts) {
      const answer = await postForm(
        site.url + at,
        { action, id: 'x', sure: 'yes' },
        { cookie: cookies.owner },
      );
      assert.equal(answer.status, 303, `${action} at ${at}`);
      assert.equal(backFrom(answer).pathname, at);
    }
    const read = await fetch(`${site.url}/desk/people/`, { headers: { cookie: cookies.owner } });
    assert.equal(read.status, 200);
  });

  /** Where the step-up that an answer leads to comes back to. */
  function backFrom(answer: Response): URL {
    const location = new URL(answer.headers.get('location') ?? '', site.url);
    assert.equal(location.pathname, '/desk/step-up/');
    return new URL(location.searchParams.get('to') ?? '', site.url);
  }

  test('whoever comes back from showing who they are reads that nothing was done yet, and finds what they typed', async () => {
    const stepUpAt = (at: number) =>
      beside.db
        .updateTable('session')
        .set({ stepped_up_at: new Date(at).toISOString() })
        .execute();
    const look = async (url: URL, cookie = cookies.owner) =>
      (await fetch(url, { headers: { cookie } })).text();
    await stepUpAt(Date.now() - 11 * 60_000);
    const typed = { action: 'invite', name: 'Ann "the" owl', role: 'editor' };
    const back = backFrom(await postForm(`${site.url}/desk/people/`, typed, { cookie: cookies.owner }));
    const filter = { q: 'ann@', cadence: 'weekly', format: 'csv' };
    const exported = await postForm(`${site.url}/desk/subscribers/export/`, filter, {
      cookie: cookies.owner,
    });
    assert.equal(backFrom(exported).searchParams.get('q'), 'ann@');
    assert.doesNotMatch(await look(back), /press again/, 'not shown yet');
    await stepUpAt(Date.now());
    const page = await look(back);
    assert.match(page, /Nothing was done and nothing was sent yet: press again\./);
    assert.match(page, /value="Ann &(?:#34|quot);the/);
    assert.match(page, /value="editor"[^>]* checked/);
    assert.match(await look(backFrom(exported)), /press again/);
    const elsewhere = new URL(`/desk/editions/${back.search}`, site.url);
    const forged = new URL(back);
    forged.searchParams.set(
      'pressed',
      `${Buffer.from('{"action":"invite"}').toString('base64url')}.${'a'.repeat(43)}`,
    );
    for (const url of [elsewhere, forged]) assert.doesNotMatch(await look(url), /press again/);
    assert.doesNotMatch(await look(elsewhere, cookies.editor), /press again/);
    const done = await postForm(back.href, typed, { cookie: cookies.owner });
    const answer = await done.text();
    assert.match(answer, /This link lets Ann/);
    assert.doesNotMatch(answer, /press again/);
  });
});
