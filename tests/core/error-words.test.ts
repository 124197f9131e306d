import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorWords } from '#core/platform/error-words.ts';
import { testConfig } from '../support/test-app.ts';

const config = testConfig({
  AKISMET_KEY: 'a1b2c3d4e5f6',
  SMTP_URL: 'smtps://mailer:p%40ss-word@relay.example.org',
  DATABASE_URL: 'postgres://site:sesame-open@db.example.org/site',
});
const words = (message: string) => errorWords(new Error(message), config);

test('the words of an error hold no path, address, token or secret of the settings', () => {
  const cases: [message: string, shown: string][] = [
    ['x is not a function', 'x is not a function'],
    ["ENOENT: no such file, open '/srv/site/db/data/secret'", "ENOENT: no such file, open '[path]'"],
    ['Cannot find ./parts/a.ts and ../b/c.ts:12:7', 'Cannot find [path] and [path]:12:7'],
    [String.raw`open C:\Users\ann\site\secret failed`, 'open [path] failed'],
    ['connect postgres://site:sesame-open@db.example.org/site', 'connect [address]'],
    ['refused a1b2c3d4e5f6 and p@ss-word and sesame-open', 'refused […] and […] and […]'],
    ['no mailbox ann@example.org here', 'no mailbox [mail address] here'],
    ['token q3Xk-0f_Zp5R9c2bT7uV1wY4aD6eG8hJ0kL2mN4oP6s is old', 'token […] is old'],
    ['either/or is fine\nand one line', 'either/or is fine and one line'],
  ];
  for (const [message, shown] of cases) assert.equal(words(message), `Error: ${shown}`);
});

test('whatever was thrown, the words are short and there in no time', () => {
  assert.equal(errorWords('a text', config), 'string: a text');
  assert.equal(errorWords(undefined, config), 'undefined: undefined');
  for (const piece of ['/a', 'a@', '\\a', 'a:', '/', 'x '])
    assert.ok(words(piece.repeat(500_000)).length <= 200, piece);
});
