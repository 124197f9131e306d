import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseEmailAddress } from '../../src/core/platform/email-address.ts';

function assertAccepted(cases: Record<string, string>): void {
  for (const [typed, address] of Object.entries(cases)) {
    assert.deepEqual(
      parseEmailAddress(typed),
      { address, key: address.toLowerCase() },
      JSON.stringify(typed),
    );
  }
}

function assertRefused(cases: readonly string[]): void {
  for (const typed of cases) assert.equal(parseEmailAddress(typed), undefined, JSON.stringify(typed));
}

const label = (length: number) => 'a'.repeat(length);
/** As long as an address may be: 2 + 4 × 62 + 4. */
const LONGEST = `a@${`${label(61)}.`.repeat(4)}exam`;

describe('an e-mail address', () => {
  test('is mailed as typed before the at sign, and in lower case after it', () => {
    assertAccepted({
      'reader@example.com': 'reader@example.com',
      ' \tReader.Name+news@Example.COM\u00a0': 'Reader.Name+news@example.com',
      "o'neil_1@mail.example.co.uk": "o'neil_1@mail.example.co.uk",
      '!#$%&*/=?^`{|}~-@example.com': '!#$%&*/=?^`{|}~-@example.com',
    });
  });

  test('has one key for all its spellings', () => {
    const spellings = [
      'Reader@Bücher.example',
      'reader@bücher.example',
      'READER@XN--BCHER-KVA.example',
      'reader@ｂücher。example',
    ];
    assert.deepEqual(new Set(spellings.map((typed) => parseEmailAddress(typed)?.key)).size, 1);
  });

  test('may have a domain in any script, mailed as A-labels', () => {
    assertAccepted({
      'a@bücher.example': 'a@xn--bcher-kva.example',
      'a@例え.テスト': 'a@xn--r8jz45g.xn--zckzah',
    });
  });

  test('is one mailbox and nothing else', () => {
    assertRefused(['', '@', 'a', 'a@', '@example.com', 'a@b@example.com', 'a@example.com,b@example.com']);
    assertRefused([
      'A <a@example.com>',
      '<a@example.com>',
      'mailto:a@example.com',
      'a@example.com (me)',
      '"a b"@example.com',
    ]);
    assertRefused([
      'a b@example.com',
      'a@exam ple.com',
      'a@example.com b',
      'a;b@example.com',
      'a\\b@example.com',
    ]);
  });

  test('has no line break or control character, so that it cannot add a header', () => {
    assertRefused([
      'a@example.com\nBcc: b@example.com',
      'a@example.com\r\n',
      '\na@example.com',
      'a\r\n@example.com',
    ]);
    assertRefused([
      'a\u0000@example.com',
      'a@exa\u0000mple.com',
      'a@exam\u0085ple.com',
      'a\u007f@example.com',
      'a\tb@example.com',
    ]);
    assertRefused([
      'a@example.com\u2028',
      'a@example\u3000.com',
      'a@exa\u00a0mple.com',
      'a@e\u202example.com',
    ]);
  });

  test('has a plain ASCII local part of at most 64 characters', () => {
    assertRefused([
      '.a@example.com',
      'a.@example.com',
      'a..b@example.com',
      'ü@example.com',
      'a\u200d@example.com',
      'ｒ@example.com',
    ]);
    assertRefused([`${label(65)}@example.com`, '\ud800@example.com']);
    assertAccepted({ [`${label(64)}@example.com`]: `${label(64)}@example.com` });
  });

  test('has a host name under a top-level domain, never an IP address', () => {
    assertRefused([
      'a@localhost',
      'a@com',
      'a@example.',
      'a@example.com.',
      'a@.example.com',
      'a@example..com',
    ]);
    assertRefused([
      'a@127.0.0.1',
      'a@[127.0.0.1]',
      'a@[IPv6:::1]',
      'a@0x7f.1',
      'a@2130706433',
      'a@1.2.3',
      'a@１２７.１',
      'a@example.1',
    ]);
    assertRefused([
      'a@-a.com',
      'a@a-.com',
      'a@a_b.com',
      'a@a.c-',
      'a@a/b.com',
      'a@a:25.com',
      'a@ex%61mple.com',
      'a@a／b.com',
      'a@a：80.com',
    ]);
    assertRefused([`a@${label(64)}.com`, 'a@\ud800.com', 'a@‥.com', 'a@💩\ufe0f\u200d.com']);
    assertAccepted({
      [`a@${label(63)}.co`]: `a@${label(63)}.co`,
      'a@1.2.3.com': 'a@1.2.3.com',
      'a@a--b.com': 'a@a--b.com',
    });
  });

  test('has at most 254 characters, counted as mailed', () => {
    assert.equal(LONGEST.length, 254);
    assertAccepted({ [LONGEST]: LONGEST });
    assertRefused([
      `a${LONGEST}`,
      `a@${'日本語'.repeat(18)}.${'日本語'.repeat(18)}.${'日本語'.repeat(18)}.${'語'.repeat(60)}.jp`,
    ]);
    assertRefused([`a@${'.a'.repeat(500_000)}`, `${' '.repeat(500_000)}a`, `a@${'語'.repeat(500_000)}.jp`]);
  });
});

interface Sayers {
  readonly id: string;
  readonly address: string;
  readonly expect: 'accept' | 'reject' | 'policy';
}

const file = new URL('../../../shared/corpora/email-addresses/isemail.json', import.meta.url);
const skip = existsSync(file) ? false : 'skipped: no corpus of e-mail addresses beside the repository';

test("Dominic Sayers' addresses are accepted and refused as he says", { skip }, () => {
  const cases: Sayers[] = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(cases.length > 50);
  for (const { id, address, expect } of cases) {
    const parsed = parseEmailAddress(address);
    if (expect !== 'policy')
      assert.equal(parsed !== undefined, expect === 'accept', `${id}: ${JSON.stringify(address)}`);
    if (parsed !== undefined) assert.match(parsed.address, /^[!-~]{1,64}@[a-z0-9.-]+$/);
  }
});
