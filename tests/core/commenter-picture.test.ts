import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { pictureName, pictureSvg } from '../../src/core/comments/commenter-picture.ts';

const SECRET = Buffer.alloc(32, 1);
const nameOf = (number: number) => number.toString(16).padStart(6, '0');
/** Names from all over. */
const NAMES = Array.from({ length: 500 }, (_, n) => nameOf((n * 33_554) % 0x100_0000));

async function pixels(name: string): Promise<Buffer> {
  return sharp(Buffer.from(pictureSvg(name) ?? ''))
    .resize(32, 32)
    .removeAlpha()
    .raw()
    .toBuffer();
}

describe('the name of a picture', () => {
  test('is the same for the same address on one site, and another on another', () => {
    const name = pictureName(SECRET, 'bob@mail.example');
    assert.match(name, /^[0-9a-f]{6}$/);
    assert.equal(pictureName(SECRET, 'bob@mail.example'), name);
    assert.notEqual(pictureName(Buffer.alloc(32, 2), 'bob@mail.example'), name);
    assert.notEqual(pictureName(SECRET, 'ann@mail.example'), name);
  });

  test('what is none has no picture', () => {
    for (const name of ['', 'abc', 'ABCDEF', 'abcdeg', '0abcdef', 'abcdef\n', '../../'])
      assert.equal(pictureSvg(name), undefined, name);
  });
});

describe('a picture', () => {
  test('is small, and has no script, style, name, link or address in it', () => {
    for (const name of NAMES) {
      const svg = pictureSvg(name) ?? '';
      assert.ok(Buffer.byteLength(svg) <= 700, `${name}: ${svg.length} bytes`);
      assert.match(
        svg,
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 32 32">(?:<g transform="[^"]+">)?(?:<path d="[MLHVQAZmlhvqaztT\d. -]+" fill="#[0-9a-f]{6}"\/>)+(?:<\/g>)?<\/svg>$/,
      );
    }
  });

  test('is another for each of 262,144 names', () => {
    const drawn = new Set<string>();
    for (let number = 0; number < 0x100_0000; number += 64)
      drawn.add(
        createHash('sha1')
          .update(pictureSvg(nameOf(number + (number % 61))) ?? '')
          .digest('base64'),
      );
    assert.equal(drawn.size, 262_144);
  });

  test('can be told from that of the next name at 32 pixels', async () => {
    for (let number = 0; number < 0x100_0000; number += 262_139) {
      const [one, next] = [await pixels(nameOf(number)), await pixels(nameOf(number ^ 1))];
      const changed =
        one.filter((value, place) => Math.abs(value - (next[place] ?? 0)) > 24).length / one.length;
      assert.ok(changed > 0.05, `${nameOf(number)}: ${changed}`);
    }
  });
});
