import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '#core/platform/config.ts';
import { AppError } from '#core/platform/errors.ts';
import { addByHand } from '#core/subscribers/by-hand.ts';
import { importSubscribers } from '#core/transfer/import-subscribers.ts';
import { signUp } from '../support/readers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const OWN: Record<string, boolean> = {
  'plain@example.org': true,
  ' Spaced@Example.ORG ': true,
  'a+b@bücher.example': true,
  "o'neil@example.co.uk": true,
  '=sum@example.org': true,
  'two@example.org, three@example.org': false,
  '"quoted name"@example.org': false,
  'comment(me)@example.org': false,
  'Name <a@example.org>': false,
  'ünicode@example.org': false,
  'nowhere@localhost': false,
  'a@[127.0.0.1]': false,
  'bcc@example.org\r\nBcc: b@example.org': false,
  'ends@example.org\n': false,
  'nul\u0000@example.org': false,
  '': false,
};

/** What one way in said: whether it took the address, and how it is written down. */
type Way = (app: TestApp, address: string) => Promise<void>;

const CONSOLE = { choices: { cadence: 'weekly', topics: [], alerts: 0 }, evidence: 'a test' } as const;

const WAYS: Record<string, Way> = {
  form: (app, address) => signUp(app, address),
  console: async (app, address) => void (await addByHand(app, { email: address, ...CONSOLE })),
  import: async (app, address) => {
    const options = { name: 'list.csv', cadence: 'weekly', evidence: '', isDryRun: false } as const;
    const list = `name,email\r\nSomebody,"${address.replaceAll('"', '""')}"\r\n`;
    const watcher = { refused: () => {}, progress: () => {} };
    const { counts } = await importSubscribers(app, inOnePiece(list), options, watcher);
    if (counts.refused) throw new AppError('invalid', 'refused');
  },
};

async function* inOnePiece(text: string): AsyncGenerator<string> {
  yield text;
}

/** What each way says of an address, each on its own site: the key under which it is kept, or that it is refused. */
async function decisions(apps: Map<string, TestApp>, address: string): Promise<string[]> {
  const said: string[] = [];
  for (const [name, app] of apps) {
    await app.db.deleteFrom('subscriber').execute();
    await WAYS[name]?.(app, address).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'invalid') throw error;
    });
    const rows = await app.db.selectFrom('subscriber').select(['email', 'email_key']).execute();
    said.push(rows.map(({ email, email_key }) => `${email} ${email_key}`).join() || 'refused');
    // limits are not what is tried here
    app.clock.advance(60_000);
  }
  return said;
}

test('the form, the console and an import take the same addresses, and write them down alike', async (t) => {
  const apps = new Map<string, TestApp>();
  for (const name of Object.keys(WAYS)) apps.set(name, await openTestApp(t));
  for (const [address, isTaken] of Object.entries(OWN)) {
    const said = await decisions(apps, address);
    assert.equal(new Set(said).size, 1, `${JSON.stringify(address)}: ${said.join(' / ')}`);
    assert.equal(said[0] !== 'refused', isTaken, JSON.stringify(address));
  }
});

const CORPUS = path.join(projectRoot, '..', 'shared', 'corpora', 'email-addresses', 'isemail.json');
const skip = existsSync(CORPUS) ? false : 'skipped: no corpus of e-mail addresses beside the repository';

test('so they do with every address of a large collection, and as it says', { skip }, async (t) => {
  const cases: { address: string; expect: string }[] = JSON.parse(readFileSync(CORPUS, 'utf8'));
  const apps = new Map<string, TestApp>();
  for (const name of Object.keys(WAYS)) apps.set(name, await openTestApp(t));
  for (const { address, expect } of cases) {
    const said = await decisions(apps, address);
    assert.equal(new Set(said).size, 1, `${JSON.stringify(address)}: ${said.join(' / ')}`);
    if (expect !== 'policy')
      assert.equal(said[0] !== 'refused', expect === 'accept', JSON.stringify(address));
  }
});
