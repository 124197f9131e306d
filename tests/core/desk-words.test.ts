import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceWords } from '#core/desk/device-words.ts';
import { wayBack } from '../../src/pages/desk/_way-back.ts';

test('a device is named by its browser and system, as its owner knows it', () => {
  const words: Record<string, string> = {
    'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0': 'Firefox on Linux',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0':
      'Edge on Windows',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36':
      'Chrome on Android',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1':
      'Safari on iPhone',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15':
      'Safari on macOS',
    '<script>alert(1)</script>': 'An unknown browser',
  };
  for (const [userAgent, expected] of Object.entries(words)) assert.equal(deviceWords(userAgent), expected);
  assert.equal(deviceWords(null), 'An unknown browser');
});

test('the way back after a sign-in is a page of the desk, and no page that leads in or out', () => {
  const siteUrl = new URL('https://watchpost.test');
  const back: Record<string, string> = {
    '/desk/comments/?state=spam': '/desk/comments/?state=spam',
    '//desk//mail': '/desk/mail/',
    '/%64esk/people/': '/desk/people/',
    '': '/desk/',
    '/': '/desk/',
    '/about/': '/desk/',
    '/desk/../about/': '/desk/',
    '//evil.example/desk/': '/desk/',
    'https://evil.example/desk/': '/desk/',
    '\\\\evil.example/desk/': '/desk/',
    'javascript:alert(1)//desk/': '/desk/',
    '/desk/sign-out/': '/desk/',
    '/desk/sign-in/?to=/desk/': '/desk/',
    '/desk/join/token/': '/desk/',
  };
  for (const [asked, expected] of Object.entries(back))
    assert.equal(wayBack(asked, siteUrl), expected, asked);
  assert.equal(wayBack(null, siteUrl), '/desk/');
});
