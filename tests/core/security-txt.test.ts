import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { securityTxt } from '#core/articles/security-txt.ts';
import { openTestApp } from '../support/test-app.ts';

/** What the file says, name by name; `yaml` is the site's site.yaml. */
async function fieldsOf(t: TestContext, yaml: string, now?: string, env: NodeJS.ProcessEnv = {}) {
  const app = await openTestApp(t, {
    env: { SITE_URL: 'https://news.example.org', ...env },
    ...(now ? { now } : {}),
  });
  writeFileSync(path.join(app.config.contentDir, 'site.yaml'), yaml);
  app.library.reload();
  assert.deepEqual(app.library.problems, []);
  const text = securityTxt(app);
  assert.match(text, /^(?:[A-Z][A-Za-z-]+: \S[^\n]*\n)+$/, 'lines of a name, a colon, a space and a value');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/: (.*)/s).slice(0, 2));
}
const fieldNamed = (fields: (string | undefined)[][], name: string) =>
  fields.find(([one]) => one === name)?.[1];

test('a site about which nothing was said has a valid security.txt', async (t) => {
  assert.deepEqual(await fieldsOf(t, 'language: de'), [
    ['Contact', 'https://news.example.org/about/'],
    ['Expires', '2027-05-23T00:00:00Z'],
    ['Preferred-Languages', 'de'],
    ['Canonical', 'https://news.example.org/.well-known/security.txt'],
    ['Policy', 'https://news.example.org/security/'],
  ]);
});

test('it says what site.yaml says', async (t) => {
  const yaml = `security:
  contact: [security@news.example.org, 'https://news.example.org/report/', 'tel:+44-20-7946-0000']
  policy: https://news.example.org/policy/
  encryption: https://news.example.org/key.txt
  acknowledgments: https://news.example.org/thanks/
  languages: [en, de]`;
  assert.deepEqual(await fieldsOf(t, yaml), [
    ['Contact', 'mailto:security@news.example.org'],
    ['Contact', 'https://news.example.org/report/'],
    ['Contact', 'tel:+44-20-7946-0000'],
    ['Expires', '2027-05-23T00:00:00Z'],
    ['Encryption', 'https://news.example.org/key.txt'],
    ['Acknowledgments', 'https://news.example.org/thanks/'],
    ['Preferred-Languages', 'en, de'],
    ['Canonical', 'https://news.example.org/.well-known/security.txt'],
    ['Policy', 'https://news.example.org/policy/'],
  ]);
});

test('it expires in the future, whenever it is read, and within a year', async (t) => {
  for (const now of ['2026-02-28T23:59:59Z', '2031-07-01T00:00:00Z', '2099-12-31T12:00:00Z']) {
    const expires = Date.parse(fieldNamed(await fieldsOf(t, '', now), 'Expires') ?? '');
    const days = (expires - Date.parse(now)) / 86_400_000;
    assert.ok(days > 179 && days <= 180, `${days} days after ${now}`);
  }
});

test('without a contact it names the address that letters come from, where that is a real one', async (t) => {
  const contact = async (from: string, env?: NodeJS.ProcessEnv) =>
    fieldNamed(await fieldsOf(t, `newsletter: { from: ${JSON.stringify(from)} }`, undefined, env), 'Contact');
  assert.equal(await contact('The News <desk@gazette.press>'), 'mailto:desk@gazette.press');
  assert.equal(await contact('desk@gazette.press'), 'mailto:desk@gazette.press');
  for (const made of ['a@news.example', 'a@example.com', 'a@mail.test', 'a@host.invalid'])
    assert.equal(await contact(made), 'https://news.example.org/about/', made);
  assert.equal(await contact('a@news.example', { MAIL_FROM: 'b@gazette.press' }), 'mailto:b@gazette.press');
});

test('a contact that nobody could use is refused, in words', async (t) => {
  const app = await openTestApp(t);
  for (const contact of [
    'http://news.example.org/',
    'call us',
    'javascript:alert(1)',
    'a@b.org\\nHiring: x',
  ]) {
    writeFileSync(path.join(app.config.contentDir, 'site.yaml'), `security: { contact: "${contact}" }`);
    app.library.reload();
    assert.match(
      app.library.problems[0]?.message ?? '',
      /should be a mail address or an address beginning/,
      contact,
    );
  }
});
