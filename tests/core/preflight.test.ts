import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EditionContents } from '#core/editions/edition.ts';
import { houseOf } from '#core/editions/house.ts';
import { preflight } from '#core/editions/preflight.ts';
import { isAligned } from '#core/editions/preflight-sender.ts';
import { sampleEdition, sampleStory, sampleVariant } from '../support/sample-edition.ts';
import { openTestApp, type TestApp, writeArticle } from '../support/test-app.ts';

async function newsroom(t: TestContext, env: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const app = await openTestApp(t, { env });
  writeArticle(app.config.contentDir, 'one', { indicators: ['evil-host.example'] });
  writeArticle(app.config.contentDir, 'later', { published: '2026-12-24T08:00:00Z' });
  app.library.reload();
  return app;
}

/** What stops an edition (`note:` before what does not), with its stories or its letter as given. */
function told(
  app: TestApp,
  contents: Partial<EditionContents>,
  postalAddress = '1 Lantern Street',
): string[] {
  const stories = contents.stories ?? [sampleStory('one')];
  const house = { ...houseOf(app.library.site, app.siteUrl), postalAddress };
  const edition = sampleEdition({
    kind: contents.letter ? 'letter' : 'digest',
    contents: { stories, more: 0, house, ...contents },
  });
  const findings = preflight(app, edition, [
    sampleVariant(contents.letter ? [] : stories, { topics: 'cloud' }),
  ]);
  return findings.map(({ level, message }) => (level === 'stop' ? message : `note: ${message}`));
}

test('a sound edition passes', async (t) => {
  assert.deepEqual(told(await newsroom(t), {}), []);
});

test('a letter that Gmail would cut off is stopped, with whose it is', async (t) => {
  const introduction = `${'A sentence. '.repeat(20)}\n\n`.repeat(400);
  const [message, ...others] = told(await newsroom(t), { introduction });
  assert.match(message ?? '', /^The letter to 1 reader of cloud has 1\d\d kB; Gmail cuts off after 102 kB/);
  assert.deepEqual(others, []);
});

const letter = (markdown: string) => ({ letter: { title: 'A letter', markdown } });
const CASES: [name: string, contents: Partial<EditionContents>, expected: RegExp][] = [
  ['a letter without text', letter('![A picture](/a.png)'), /has no text/],
  [
    'an indicator as attackers use it',
    letter('Look at https://evil-host.example/a.'),
    /evil-host\[\.\]example live/,
  ],
  [
    'one in a headline',
    { stories: [sampleStory('one', { title: 'evil-host.example is back' })] },
    /evil-host\[\.\]example live/,
  ],
  [
    'a link of our own that leads nowhere',
    letter('[Gone](/articles/gone/)'),
    /\/articles\/gone\/ leads nowhere/,
  ],
  ['a story that is no more', { stories: [sampleStory('gone')] }, /\/articles\/gone\/ leads nowhere/],
  ['a link to what is published later', letter('[Later](/articles/later/)'), /not published yet/],
  ['a picture without words', letter('Text.\n\n![](/a.png)'), /a\.png has no words/],
  ['TK', { introduction: 'The minister said TK.' }, /“TK” stands in it.*The minister said TK/],
];

for (const [name, contents, expected] of CASES) {
  test(`${name} stops an edition, with the reason`, async (t) => {
    const found = told(await newsroom(t), contents);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', expected);
  });
}

test('an indicator that is safe to print, and a link to another site, stop nothing', async (t) => {
  const markdown =
    'It is :ioc[evil-host.example], see https://example.org/ and [one](/articles/one/). Not ATK.';
  assert.deepEqual(told(await newsroom(t), letter(markdown)), []);
});

test('letters that are signed for another domain than they are from are stopped', async (t) => {
  const app = await newsroom(t, { MAIL_FROM: 'news@watchpost.test' });
  const dkim = { domain: 'other.test', selector: 's1', keyFile: '' };
  const found = told(Object.assign(app, { config: { ...app.config, dkim } }), {});
  assert.match(found.join(), /from watchpost\.test, but signed for other\.test/);
  const aligned = { ...dkim, domain: 'mail.watchpost.test' };
  assert.deepEqual(told(Object.assign(app, { config: { ...app.config, dkim: aligned } }), {}), []);
});

test('domains are aligned where they are the same, or one stands under the other', () => {
  assert.ok(
    isAligned('a.test', 'a.test') && isAligned('x.a.test', 'a.test') && isAligned('a.test', 'x.a.test'),
  );
  assert.ok(!isAligned('ba.test', 'a.test') && !isAligned('a.test', 'b.test'));
});

test('a made-up sender stops what would go out; a missing postal address is said', async (t) => {
  const app = await newsroom(t, { SMTP_URL: 'smtp://relay.test:9' });
  const found = told(app, {}, '');
  assert.match(found[0] ?? '', /newsletter@watchpost\.example, is made up/);
  assert.match(found[1] ?? '', /^note: There is no postal address/);
  assert.match(found[2] ?? '', /^note: SITE_URL is plain http/);
  const here = await newsroom(t, { SMTP_URL: 'smtp://127.0.0.1:9' });
  assert.doesNotMatch(told(here, {}, '').join(), /made up/, 'tried out on this machine, it does no harm');
});
