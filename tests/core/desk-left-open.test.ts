import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { actsOf } from '#core/desk/audit-list.ts';
import { invite, join } from '#core/desk/invitations.ts';
import { personAt } from '#core/desk/sessions.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { HOUR } from '#core/platform/clock.ts';
import { atDesk } from '../../src/pages/desk/_session.ts';
import { openTestApp } from '../support/test-app.ts';

const VISITOR = { network: '192.0.2.1', device: 'A test' };
const tokenIn = (link: string) => link.split('/').at(-2) ?? '';

async function desk(t: TestContext) {
  const app = await openTestApp(t);
  const token = await signInByLink(app, tokenIn(await deskLink(app)), VISITOR);
  const ask = (path: string, headers: Record<string, string>, cookie = token) => {
    const url = new URL(path, app.siteUrl);
    const cookies = { get: () => ({ value: cookie }) };
    const asked = { url, cookies, locals: { app }, request: new Request(url, { headers }) };
    const context = { ...asked, routePattern: path } as unknown as Parameters<typeof atDesk>[0];
    return atDesk(context, 'editions');
  };
  return { app, token, ask };
}

const LINE = { path: '/desk/live/', headers: { accept: 'text/event-stream' } };
const BY_ITSELF = [
  LINE,
  { path: '/desk/', headers: { 'x-by-itself': 'yes' } },
  { path: '/desk/?again=10', headers: {} },
];

for (const { path, headers } of BY_ITSELF)
  test(`a desk that was left open closes after 8 hours, whatever it asks by itself: ${path}`, async (t) => {
    const { app, token, ask } = await desk(t);
    for (let hour = 0; hour < 8; hour++) {
      assert.ok(!((await ask(path, headers)) instanceof Response), `after ${hour} hours`);
      app.clock.advance(HOUR);
    }
    assert.equal(await personAt(app, token), undefined);
  });

test('whoever reads pages stays at the desk', async (t) => {
  const { app, token, ask } = await desk(t);
  for (let hour = 0; hour < 9; hour++) {
    assert.ok(!((await ask('/desk/', {})) instanceof Response));
    app.clock.advance(HOUR);
  }
  assert.ok(await personAt(app, token));
});

test('a page that asks again and again for somebody who may not look writes nothing into the audit log', async (t) => {
  const { app, token, ask } = await desk(t);
  const owner = await personAt(app, token);
  assert.ok(owner);
  const invitation = tokenIn(await invite(app, owner, { name: 'Mo', role: 'moderator' }));
  const cookie = await join(app, invitation, VISITOR);
  const refused = async () =>
    (await Array.fromAsync(actsOf(app.db, { act: 'desk.refused' }))).map(({ subject }) => subject);
  const line = await ask(LINE.path, LINE.headers, cookie);
  assert.equal(line instanceof Response && line.status, 403);
  assert.deepEqual(await refused(), []);
  await ask('/desk/editions/', LINE.headers, cookie);
  assert.deepEqual(
    await refused(),
    ['GET /desk/editions/'],
    'of a page it says so, whatever is asked with it',
  );
});
