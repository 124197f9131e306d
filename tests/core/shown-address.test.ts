import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEmailAddress } from '#core/platform/email-address.ts';
import { shownAddress } from '#core/platform/shown-address.ts';

function shown(typed: string): string {
  const parsed = parseEmailAddress(typed);
  assert.ok(parsed, typed);
  return shownAddress(parsed.address);
}

test('an address is shown in its own script where nobody can take it for another', () => {
  for (const address of [
    'ann@example.org',
    'ann@bücher.example',
    'ann@почта.example',
    'ann@παράδειγμα.example',
    'ann@例え.テスト',
    'ann@한국.example',
    'ann@مثال.example',
    'ann@דוגמה.example',
  ])
    assert.equal(shown(address), address);
});

test('a domain that looks like another is shown as it is mailed', () => {
  for (const [why, address] of Object.entries({
    'Cyrillic alone, in letters that look Latin': 'ann@аррӏе.com',
    'Cyrillic among Latin': 'ann@pаypal.com',
    'Greek in letters that look Latin': 'ann@οο.com',
    'a dotless i': 'ann@paypaı.com',
    'an African g': 'ann@ɡoogle.com',
    'Latin beside Han': 'ann@paypal例.com',
    'a stroke for a letter': 'ann@ーー.com',
    'digits of another script': 'ann@مثال٣.example',
  })) {
    assert.match(shown(address), /^ann@[a-z0-9.-]*xn--[a-z0-9.-]+$/, why);
  }
});
