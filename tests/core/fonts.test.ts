import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '#core/platform/config.ts';

const FOLDER = path.join(projectRoot, 'public/fonts');
const fonts = readdirSync(FOLDER).filter((name) => name.endsWith('.woff2'));

test('a font carries its fingerprint in its name, since browsers keep it for a year', () => {
  for (const name of fonts) {
    const fingerprint = createHash('sha256')
      .update(readFileSync(path.join(FOLDER, name)))
      .digest('hex')
      .slice(0, 8);
    assert.match(name, new RegExp(`^[a-z-]+\\.${fingerprint}\\.woff2$`));
  }
});

test('the styles and the pages name the fonts that are there, and no others', () => {
  const named = (file: string) =>
    readFileSync(path.join(projectRoot, file), 'utf8').match(/[\w-]+\.[0-9a-f]{8}\.woff2/g) ?? [];
  assert.deepEqual([...new Set(named('src/styles/fonts.css'))].sort(), fonts.sort());
  for (const file of ['src/components/Head.astro', 'src/pages/500.astro', 'public/door.css'])
    for (const name of named(file)) assert.ok(fonts.includes(name), `${file}: ${name}`);
});

test('no font weighs more than 45 kB, and the licence lies beside them', () => {
  for (const name of fonts) assert.ok(statSync(path.join(FOLDER, name)).size <= 45_000, name);
  assert.match(readFileSync(path.join(FOLDER, 'OFL.txt'), 'utf8'), /SIL OPEN FONT LICENSE Version 1\.1/);
});
