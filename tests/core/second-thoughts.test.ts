import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secondThoughts } from '../../src/core/comments/second-thoughts/second-thoughts.ts';
import { worstForChecks } from '../bench/comment-checks.bench.ts';

const INDICATORS = ['evil.example', 'https://files.example/dropper'];
const isIndicator = (hostOrUrl: string) => INDICATORS.includes(hostOrUrl);
const thoughtsOn = (text: string) => secondThoughts(text, isIndicator);
const kindsIn = (text: string) => thoughtsOn(text).map(({ kind }) => kind);

/** Letters and digits as machines draw them. Put together here: no file of ours holds what scanners take for a key. */
function drawn(length: number): string {
  return 'a8Kd92mZqLw01PrT7uYbVcXeN4sJ5hGfQ3oDkB6tMiRz'.repeat(8).slice(0, length);
}

const hex = (length: number) => '9f8e7d6c5b4a39281706'.repeat(8).slice(0, length);

function assertAll(kind: string, texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(kindsIn(text), [kind], text);
}

function assertNone(texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(thoughtsOn(text), [], text);
}

describe('passwords in a comment', () => {
  test('a word that looks like one, after what says so, gets a second thought', () => {
    assertAll('password', [
      'password: hunter2',
      'Password is: none of yours, mine was pwd=s3cretthing',
      'my pw is Tr0ub4dor&3, no joke',
      'my password for the router is blue42fish.',
      'My password is "swordfish"',
      'Passwort: Sommer2024!',
      'mein WLAN Passwort ist Katze99x',
      'mot de passe : soleil77',
      'пароль: zima2024x',
      'DB_PASSWORD="k9#mmPz1"',
      '{"dbPassword": "hunter2x"}',
      'my pin is 4821',
    ]);
  });

  test('one in an address or a command does too', () => {
    assertAll('password', [
      'postgres://shop:hunter2@db.shop.de/orders',
      'curl -u bob:hunter22 https://api.shop.de/',
    ]);
  });

  test('talk about passwords does not', () => {
    assertNone([
      'my password was leaked',
      'password: use a long one',
      'My password is stored in plain text.',
      'My password is 16 characters long, or 16-characters.',
      'Password: 12+ characters, no SHA-256, OAuth2 instead',
      'the password is SHA-1 hashed and base64-encoded',
      'password: 2FA-protected, password:1Password',
      'reset your password: https://site.org/reset1',
      'the new password is "temporary" I think',
      'Failed password for invalid user admin1 from 10.0.0.1 port 51234 ssh2',
    ]);
  });

  test('passwords that everybody knows, hashes, code and placeholders do not', () => {
    assertNone([
      'the default password is admin123',
      'password: 123456, then password: P@ssw0rd1',
      'password: 5f4dcc3b5aa765d61d8327deb882cf99',
      'password=$DB_PASSWORD password=os.environ["A1"] password={{ pw1 }}',
      'if (password == user.password2) password = getpass("x1")',
      'Set password: <your-password-1>',
      'postgres://postgres:postgres@db.shop.de/ and mysql://user:password@localhost/',
      'hxxps://bob:hunter2@files[.]example/',
    ]);
  });
});

describe('keys and tokens in a comment', () => {
  test('the formats that issuers have published are known', () => {
    assertAll('token', [
      `ghp_${drawn(36)}`,
      `TOKEN=github_pat_${drawn(22)}_${drawn(59)}`,
      `glpat-${drawn(20)}`,
      `xoxb-${'2938475610'}-${drawn(24)}`,
      `npm_${drawn(36)}`,
      `ya29.${drawn(60)}`,
      `eyJ${drawn(33)}.eyJ${drawn(60)}.${drawn(43)}`,
    ]);
    assertAll('key', [
      `AKIA${'Z7Q4M2K5XW3LPN6B'}`,
      `sk_live_${drawn(24)}`,
      `AIza${drawn(35)}`,
      `sk-proj-${drawn(80)}`,
      `SG.${drawn(22)}.${drawn(43)}`,
      `https://hooks.slack.com/services/T0A1B2C3D/B0A1B2C3D/${drawn(24)}`,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${drawn(70)}\n`,
      `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${drawn(64)}`,
    ]);
  });

  test('a drawn value after a word for a key is one', () => {
    assertAll('token', [
      `api_key = ${hex(32)}`,
      `clientSecret: "${drawn(40)}"`,
      `Authorization: Bearer ${hex(40)}`,
      `aws_secret_access_key=${drawn(40)}`,
    ]);
  });

  test('what a reader of security news pastes every day is none', () => {
    assertNone([
      'd41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709',
      'SHA256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
      'CVE-2024-12345, CVE-2021-44228 and GHSA-jfh8-c2jp-5v3q',
      '550e8400-e29b-41d4-a716-446655440000 {12345678-1234-1234-1234-123456789012}',
      '2024-05-01T12:33:44.123456Z 1714550000123456 20240501-123456 20240501123456',
      'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Run PublicKeyToken=b77a5c561934e089',
      'Chrome/124.0.6367.118 on 10.0.19045.4291, commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
      'fe80::1ff:fe23:4567:890a and 192.0.2.17:8080',
      'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 bob@host',
      'grep -r "-----BEGIN RSA PRIVATE KEY-----" /home',
      'call +1 (555) 123-4567, order 4539-1488-0343',
      'api_key = process.env.API_KEY_2; Authorization: Bearer <token>; token: user session',
    ]);
  });

  test('keys of manuals and placeholders are none', () => {
    assertNone([
      `${'AKIA'}IOSFODNN7EXAMPLE`,
      `ghp_${'x'.repeat(36)}`,
      `api_key=YOUR_API_KEY_1234567890`,
      `sk_test_${drawn(24)}`,
    ]);
  });
});

describe('personal numbers in a comment', () => {
  test('cards with the range, the groups and the check digit of one are told', () => {
    assertAll('personal-number', ['4539 1488 0343 6467', 'card:4539148803436467', '5431-8711-2294-3360.']);
    assertNone([
      '4539 1488 0343 6468',
      '45391488 03436467',
      '/4539148803436467',
      '9539148803436464',
      '1714550000123456',
    ]);
  });

  test('card numbers that are published for tests are none', () => {
    assertNone(['4111 1111 1111 1111', '4242424242424242', '3782 822463 10005', '5555 5555 5555 4444']);
  });

  test('an IBAN has the length of its country and its check digits', () => {
    assertAll('personal-number', ['DE02 1203 0000 0000 2020 51 please', 'to DE02120300000000202051.']);
    assertNone(['DE03120300000000202051', 'DE021203000000002020', 'GB82 WEST 1234 5698 7654 32']);
  });

  test('national numbers are told by form and check digits, and by their name where digits alone are common', () => {
    assertAll('personal-number', [
      '536-22-1234',
      'my social security number 536221234',
      'AB 21 34 56 C',
      'NI number AB213456C',
      'Steuer-ID: 86 095 742 719',
      'BSN 111222333',
      'mitt personnummer: 811218-9876',
      '131052-308T',
      '529.982.247-25',
      'RSSMRA80A01H501U',
    ]);
    assertNone([
      '536221234',
      '111222333',
      'BSN 111222334',
      '86095742719',
      'Steuer-ID: 86 095 742 718',
      '811218-9876',
      '078-05-1120, 219-09-9999, 000-12-3456',
      'QQ 12 34 56 C',
      'KB123456A',
    ]);
  });
});

describe('links in a comment', () => {
  test('a live link to what an article names as dangerous gets a second thought', () => {
    assertAll('link', [
      'see https://evil.example/a.',
      'see [this](http://EVIL.example)',
      'www.evil.example',
      'https://files.example/dropper',
    ]);
    assertNone(['https://files.example/readme', 'https://good.example/?https://evil.example']);
  });

  test('what is defanged is as it should be', () => {
    assertNone([
      'hxxps://evil.example/a.exe',
      'https://evil[.]example/a.exe',
      'https://evil(.)example/ and https://evil[dot]example/',
      'www[.]evil[.]example, evil.example',
      'hxxp://8.8.8.8/',
    ]);
  });

  test('an IP address as a host does, in whatever figures, but not a private or a documentation one', () => {
    assertAll('link', ['http://8.8.8.8/x', 'http://134744072/', 'http://[2606:4700::1111]/']);
    assertNone([
      'http://127.0.0.1:8080/ http://192.168.1.1/ http://192.0.2.4/',
      'http://[::1]/ http://[2001:db8::1]/ http://localhost:3000/',
    ]);
  });

  test('a host in letters that pass for others does, one in its own alphabet does not', () => {
    assertAll('link', [
      'https://аррӏе.com/',
      'https://xn--80ak6aa92e.com/',
      'https://pаypal.com/login',
      'https://ɡoogle.com/',
    ]);
    assertNone([
      'https://bücher.de/ https://пример.рф/ https://日本語.jp/ https://сахар.ru/ https://яндекс.com/',
    ]);
  });

  test('a user name that hides the host does', () => {
    assertAll('link', ['https://bank.example@other.example/']);
    assertNone(['https://social.example/@bob']);
  });

  test('a program does, a page about one and the archives of every day do not', () => {
    assertAll('link', [
      'https://cdn.shop.biz/setup.exe',
      'https://shop.biz/invoice.pdf.lnk',
      'https://shop.biz/a.iso?x=1',
    ]);
    assertNone([
      'https://github.com/a/b/blob/main/x.ps1 https://github.com/a/b/archive/main.zip',
      'https://cdn.shop.biz/a.js https://en.wikipedia.org/wiki/Autorun.exe https://shop.com',
    ]);
  });

  test('javascript: and data: do where they would run, not in code or as words', () => {
    assertAll('link', ['[x](javascript:alert(1))', 'javascript:void(0)', 'data:text/html,<b>']);
    assertNone([
      '`javascript:alert(1)` <a href="javascript:alert(1)"> JavaScript: The Good Parts',
      'data: text, ![](data:image/png;base64,AAAA)',
    ]);
  });

  test('the words say how to write it', () => {
    const [thought] = thoughtsOn('https://evil.example:8443/a');
    assert.match(thought?.words ?? '', /write it as hxxps:\/\/evil\[\.\]example:8443,/);
    assert.equal(thought?.shown, 'hxxps://evil[.]example:8443/a');
  });
});

describe('second thoughts', () => {
  test('no secret is repeated', () => {
    const secrets = ['hunter2', `ghp_${drawn(36)}`, '4539 1488 0343 6467', 'DE02120300000000202051'];
    for (const secret of secrets) {
      const [thought] = thoughtsOn(`password: ${secret}`);
      assert.ok(thought !== undefined, secret);
      assert.match(thought.shown, /…$/);
      assert.ok(
        !`${thought.shown} ${thought.words}`.includes(secret.slice(0, Math.ceil(secret.length / 2))),
        thought.shown,
      );
    }
  });

  test('there are at most five, each once, in the order of the text', () => {
    assert.deepEqual(
      kindsIn('4539 1488 0343 6467, password: hunter2, https://evil.example, password: hunter2, 536-22-1234'),
      ['personal-number', 'password', 'link', 'personal-number'],
    );
    assert.equal(kindsIn(Array.from({ length: 9 }, (_, n) => `https://8.8.8.${n}/`).join(' ')).length, 5);
  });

  test('one thing is asked about once, as what it says most plainly', () => {
    assert.deepEqual(kindsIn(`api_key = ghp_${drawn(36)}`), ['token']);
    assert.match(thoughtsOn(`api_key = ghp_${drawn(36)}`)[0]?.words ?? '', /GitHub/);
  });

  // Long enough that anything quadratic would never come to an end here; how fast it is stands in tests/bench.
  test('100,000 characters of any hostile text come to an end', () => {
    for (const [name, text] of worstForChecks(100_000)) assert.ok(thoughtsOn(text).length <= 5, name);
  });
});
