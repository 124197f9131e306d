import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { likenessKeys } from '../../src/core/comments/likeness/likeness.ts';
import { worstForChecks } from '../bench/comment-checks.bench.ts';

const keysOf = (body: string, website: string | null = null) =>
  likenessKeys({ body, website, ownHosts: ['watchpost.example', 'www.watchpost.example'] });

function areAlike(one: string, other: string): boolean {
  const keys = new Set(keysOf(one));
  return keysOf(other).some((key) => keys.has(key));
}

function assertAlike(pairs: readonly (readonly [string, string])[]): void {
  for (const [one, other] of pairs) assert.ok(areAlike(one, other), `${one} | ${other}`);
}

function assertUnlike(pairs: readonly (readonly [string, string])[]): void {
  for (const [one, other] of pairs) assert.ok(!areAlike(one, other), `${one} | ${other}`);
}

/** The same numbers for the same seed (Park and Miller's generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
}

describe('comments that share a link', () => {
  test('stand together, however the link is written', () => {
    assertAlike([
      ['see https://pills.shop/a', 'or http://www.pills.shop/b?c'],
      ['www.pills.shop', 'go to pills.shop/offer now'],
      ['cheap at pills.com!', '[here](https://eu.pills.com/x)'],
      ['https://a.co.uk/1', 'https://b.a.co.uk/2'],
      ['https://youtu.be/AbC123xyz', 'https://www.youtube.com/watch?v=AbC123xyz&t=3'],
      ['https://docs.google.com/forms/d/e/1FAIpQL/viewform', 'docs.google.com/forms/d/e/1FAIpQL/edit'],
    ]);
  });

  test('a link in the website field counts', () => {
    const [key] = keysOf('hello', 'https://pills.shop/');
    assert.ok(key !== undefined && keysOf('https://pills.shop/x').includes(key));
  });

  test('large hosts are not one place', () => {
    assertUnlike([
      ['https://www.youtube.com/watch?v=one', 'https://www.youtube.com/watch?v=two'],
      ['https://github.com/alice/a', 'https://github.com/bob/a'],
      ['https://bit.ly/one', 'https://bit.ly/two'],
      ['https://alice.github.io/', 'https://bob.github.io/'],
      ['https://a.co.uk/', 'https://b.co.uk/'],
    ]);
  });

  test('what everybody cites, our own addresses, file names and defanged links make no key', () => {
    for (const text of [
      'https://en.wikipedia.org/wiki/Phishing',
      'https://nvd.nist.gov/vuln/detail/CVE-2024-1 https://msrc.microsoft.com/x',
      'https://watchpost.example/articles/a/',
      'node.js, README.md and setup.exe',
      'hxxps://evil[.]example/a and evil[.]com/x',
      'https://youtube.com/',
      'and/or 1.2.3/4',
    ]) {
      assert.deepEqual(
        likenessKeys({ body: text, website: null, ownHosts: ['watchpost.example'] }).filter(isPlace),
        [],
        text,
      );
    }
  });
});

function isPlace(key: string): boolean {
  return /^[lc]/.test(key);
}

describe('comments that name one way to reach somebody', () => {
  test('stand together, however it is written', () => {
    assertAlike([
      ['call +44 7911 123456', 'whatsapp 07911123456'],
      ['+1 (555) 010-4477', '555-010-4477 any time'],
      ['+447911123456', 'https://wa.me/447911123456'],
      ['write me on telegram @Fast_Loans', 'https://t.me/fast_loans'],
      ['Telegram: fast_loans', '@fast_loans on Telegram'],
      ['mail Loans@mail.example', 'loans@mail.example'],
    ]);
  });

  test('names of other commenters, times, addresses and versions are none', () => {
    for (const text of [
      '@editor thanks',
      '2024-05-01 12:33:44',
      '192.168.100.200',
      '1714550000',
      'v10.0.19045.4291',
    ])
      assert.deepEqual(keysOf(text).filter(isPlace), [], text);
  });
});

describe('comments of one text', () => {
  test('stand together whatever varies: case, accents, figures, punctuation, spaces, look-alike letters', () => {
    assertAlike([
      ['I earned $500 in one week', 'i éarned 9000 in one week!!!'],
      ['Best casino for you', 'ВЕST  СASINO — fоr yоu'],
      ['Best casino for you', 'Best cas ino for you'],
      ['我在这里赚了很多钱', '我在这里赚了很多钱！！'],
      ['Great offer here today https://one.shop/1', 'Great offer here today: https://two.shop/2'],
    ]);
  });

  test('a few words are no text', () => {
    assertUnlike([
      ['Thank you!', 'thank you'],
      ['I agree.', 'I agree'],
    ]);
  });

  test('a template with other words here and there stands together', () => {
    const template = (name: string, sum: string, place: string) =>
      `My name is ${name} and I want to tell everybody how a loan company gave me ${sum} dollars when the bank in ${place} said no, contact them today and be happy like me and my family`;
    assertAlike([[template('Anna', '10,000', 'Ohio'), template('Peter', '7,500', 'Rome')]]);
  });

  test('two comments about one subject do not', () => {
    assertUnlike([
      [
        'I think that the outage shows how risky it is to depend on one sign-in service for everything we do at work.',
        'The outage was handled well, I think; what I would like to know is why the status page said nothing for hours.',
      ],
    ]);
  });

  test('with four fifths of the pairs of words in common nearly all share a key, with three tenths few', () => {
    const share = (common: number) => {
      const next = numbers(7);
      const alike = Array.from({ length: 400 }, () => {
        const [one, other] = textsInCommon(common, next);
        return areAlike(one, other);
      });
      return alike.filter(Boolean).length / alike.length;
    };
    assert.ok(share(0.8) > 0.92, String(share(0.8)));
    assert.ok(share(0.3) < 0.05, String(share(0.3)));
  });
});

/** Two texts of which so large a share of all different pairs of words is in both: the same beginning, other ends. */
function textsInCommon(share: number, next: () => number): [string, string] {
  const words = (count: number) => Array.from({ length: count }, () => letters(next()));
  const same = Math.round(120 * share) + 1;
  const own = Math.round((120 - (same - 1)) / 2);
  const beginning = words(same);
  return [[...beginning, ...words(own)].join(' '), [...beginning, ...words(own)].join(' ')];
}

function letters(number: number): string {
  return number.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)));
}

describe('the keys', () => {
  test('are short, different, and at most twelve', () => {
    const body = Array.from({ length: 30 }, (_, n) => `some words and https://shop${n}.xyz/`).join(' ');
    const keys = keysOf(body, 'https://pills.shop/');
    assert.equal(keys.length, 12);
    assert.equal(new Set(keys).size, 12);
    for (const key of keys) assert.match(key, /^[a-z][0-9a-f]{12}$/);
  });

  test('of many links the same are taken, in whatever order they stand', () => {
    const links = Array.from({ length: 30 }, (_, n) => `https://shop${n}.xyz/`);
    assert.deepEqual(keysOf(links.join(' ')), keysOf(links.toReversed().join(' ')));
  });

  test('stay as they are, since they are stored', () => {
    assert.deepEqual(keysOf('Best casino for you https://pills.shop'), STORED);
  });

  // Long enough that anything quadratic would never come to an end here; how fast it is stands in tests/bench.
  test('100,000 characters of any hostile text come to an end', () => {
    for (const [name, text] of worstForChecks(100_000)) assert.ok(keysOf(text, text).length <= 12, name);
  });
});

const STORED = ['l8b4b31d490bd', 't0cee77e46603'];
