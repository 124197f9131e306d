import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ConfigError, projectRoot, readConfig } from '#core/platform/config.ts';
import { temporaryFolder } from '../support/test-app.ts';

/** Names every setting, so that a `.env` of the machine changes nothing here; an empty one counts as not set. */
const UNSET = {
  ...{
    HOST: '',
    PORT: '',
    SITE_URL: '',
    DATA_DIR: '',
    DATABASE_URL: '',
    CONTENT_DIR: '',
    SMTP_URL: '',
    MAIL_FROM: '',
  },
  ...{
    DKIM_DOMAIN: '',
    DKIM_SELECTOR: '',
    DKIM_KEY: '',
    AKISMET_KEY: '',
    AKISMET_URL: '',
    TRUSTED_PROXIES: '',
    WORKER: '',
    LOG_LEVEL: '',
  },
};
const read = (settings: NodeJS.ProcessEnv) => readConfig({ ...UNSET, ...settings });

/** What is said of these settings; `nothing` where they are accepted. */
function complaint(settings: NodeJS.ProcessEnv): string {
  try {
    read(settings);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return 'nothing';
}

test('without any setting the site runs on this machine alone, on SQLite, and keeps its mail', () => {
  const { trustedProxies, ...config } = read({});
  assert.deepEqual(config, {
    host: '127.0.0.1',
    port: 4321,
    siteUrl: new URL('http://localhost:4321'),
    dataDir: path.join(projectRoot, 'db/data'),
    contentDir: path.join(projectRoot, 'content'),
    returnPath: false,
    worker: true,
    logLevel: 'info',
  });
  assert.deepEqual(
    [trustedProxies.rules, read({ PORT: '8080' }).siteUrl.href],
    [[], 'http://localhost:8080/'],
  );
});

test('settings are taken as they were given', (t) => {
  const keyFile = path.join(temporaryFolder(t), 'dkim.pem');
  writeFileSync(keyFile, 'a key');
  const config = read({
    HOST: '0.0.0.0',
    PORT: '80',
    SITE_URL: 'https://news.example.org',
    DATABASE_URL: 'postgres://user:pass@db/news',
    SMTP_URL: 'smtps://user:pass@relay.example.org',
    MAIL_FROM: 'News <news@example.org>',
    DKIM_DOMAIN: 'example.org',
    DKIM_SELECTOR: 'a',
    DKIM_KEY: keyFile,
    AKISMET_KEY: ' 0123456789ab ',
    BOUNCE_IMAP_URL: 'imaps://bounces%40example.org:pass@mail.example.org/INBOX',
    SES_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:bounces',
    POSTMARK_WEBHOOK_SECRET: 'a-secret-of-sixteen',
    WORKER: 'off',
    LOG_LEVEL: 'debug',
  });
  const { host, port, databaseUrl, smtpUrl, mailFrom, worker, logLevel } = config;
  assert.deepEqual([host, port, worker, logLevel], ['0.0.0.0', 80, false, 'debug']);
  assert.deepEqual(
    [databaseUrl, smtpUrl],
    ['postgres://user:pass@db/news', 'smtps://user:pass@relay.example.org'],
  );
  assert.deepEqual(
    [config.siteUrl.origin, mailFrom],
    ['https://news.example.org', 'News <news@example.org>'],
  );
  assert.deepEqual(config.dkim, { domain: 'example.org', selector: 'a', keyFile });
  assert.equal(config.bounceMailbox?.hostname, 'mail.example.org');
  assert.deepEqual(
    [config.sesTopicArn, config.postmarkSecret],
    ['arn:aws:sns:eu-west-1:123456789012:bounces', 'a-secret-of-sixteen'],
  );
  assert.deepEqual(config.akismet, { key: '0123456789ab', url: new URL('https://rest.akismet.com') });
});

test('a wrong setting is named, with what would be right', () => {
  const wrong: [settings: NodeJS.ProcessEnv, right: RegExp][] = [
    [{ PORT: 'http' }, /PORT should be a number/],
    [{ PORT: '0' }, /PORT should be from 1 to 65535/],
    [{ PORT: '65536' }, /PORT should be from 1 to 65535/],
    [{ PORT: '80.5' }, /PORT should be a (?:whole )?number/],
    [{ SITE_URL: 'news.example.org' }, /SITE_URL should be one http or https address/],
    [{ DATABASE_URL: 'mysql://db/news' }, /DATABASE_URL should look like postgres:/],
    [{ CONTENT_DIR: 'no-such-folder' }, /CONTENT_DIR should name a folder that exists/],
    [{ CONTENT_DIR: 'package.json' }, /CONTENT_DIR should name a folder that exists/],
    [{ SMTP_URL: 'relay.example.org' }, /SMTP_URL should look like smtps:/],
    [{ MAIL_FROM: 'Watchpost' }, /MAIL_FROM should be an address/],
    [{ DKIM_KEY: 'no-such-file' }, /DKIM_KEY should name a file that exists/],
    [{ DKIM_DOMAIN: 'example.org' }, /DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY should be set together/],
    [{ AKISMET_URL: 'rest.akismet.com' }, /AKISMET_URL should look like https:/],
    [{ BOUNCE_IMAP_URL: 'https://mail.example.org' }, /BOUNCE_IMAP_URL should look like imaps:/],
    [{ BOUNCE_IMAP_URL: 'imaps://mail.example.org' }, /BOUNCE_IMAP_URL should hold a user and a password/],
    [{ BOUNCE_IMAP_URL: 'imap://user:pass@mail.example.org' }, /BOUNCE_IMAP_URL should begin with imaps:/],
    [{ SES_TOPIC_ARN: 'bounces' }, /SES_TOPIC_ARN should look like arn:aws:sns:/],
    [{ POSTMARK_WEBHOOK_SECRET: 'short' }, /POSTMARK_WEBHOOK_SECRET should have at least 16 characters/],
    [{ WORKER: 'yes' }, /WORKER should be on or off/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL should be one of debug, info, warn, error/],
  ];
  const missed = wrong.filter(([settings, right]) => !right.test(complaint(settings)));
  assert.deepEqual(
    missed.map(([settings]) => [settings, complaint(settings)]),
    [],
  );
});

test('the address of the site is an origin and nothing more', () => {
  const wrong = ['/news', '/?a=b', '/#a', '//x'].map((end) => `https://news.example.org${end}`);
  for (const address of [
    ...wrong,
    'https://user@news.example.org',
    'ftp://news.example.org',
    'javascript:alert(1)',
  ]) {
    assert.match(
      complaint({ SITE_URL: address }),
      /SITE_URL should be one http or https address without a path/,
      address,
    );
  }
  assert.equal(read({ SITE_URL: 'https://News.Example.org:443/' }).siteUrl.href, 'https://news.example.org/');
});

test('all that is wrong is said at once', () => {
  const message = complaint({
    PORT: 'x',
    SITE_URL: 'x',
    WORKER: 'x',
    CONTENT_DIR: 'no-such-folder',
    DKIM_DOMAIN: 'example.org',
  });
  assert.match(message, /^Some settings are wrong:\n/);
  const named = ['PORT', 'SITE_URL', 'WORKER', 'CONTENT_DIR', 'DKIM_DOMAIN'].filter((name) =>
    message.includes(`\n  ${name}`),
  );
  assert.deepEqual(named, ['PORT', 'SITE_URL', 'WORKER', 'CONTENT_DIR', 'DKIM_DOMAIN']);
});

test('a secret is never repeated in a complaint', () => {
  const secrets = {
    DATABASE_URL: 'postgre://user:hunter2@db/news',
    SMTP_URL: 'smtp//user:hunter2@relay.example.org',
    AKISMET_URL: 'akismet://hunter2',
    SITE_URL: 'https://user:hunter2@news.example.org',
    MAIL_FROM: 'hunter2',
    DKIM_KEY: 'hunter2',
    BOUNCE_IMAP_URL: 'imap://user:hunter2@mail.example.org',
    POSTMARK_WEBHOOK_SECRET: 'hunter2',
  };
  assert.doesNotMatch(complaint(secrets), /hunter2/);
  for (const [name, value] of Object.entries(secrets))
    assert.doesNotMatch(complaint({ [name]: value }), /hunter2/, name);
});

test('trusted proxies are networks and single addresses of both families', () => {
  const { trustedProxies } = read({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8,2001:db8::1' });
  const isTrusted = (address: string) =>
    trustedProxies.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  assert.deepEqual(
    ['10.255.0.1', '192.0.2.7', 'fdff::1', '2001:db8::1'].filter((address) => !isTrusted(address)),
    [],
  );
  assert.deepEqual(['11.0.0.1', '192.0.2.8', 'fe80::1', '2001:db8::2'].filter(isTrusted), []);
});

test('a network that cannot be read is named, and never taken for all addresses', () => {
  for (const entry of [
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0/8',
    'localhost',
    '10.0.0.0/x',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/1e1',
  ]) {
    const message = complaint({ TRUSTED_PROXIES: `192.0.2.7,${entry}` });
    assert.ok(
      message.includes(`TRUSTED_PROXIES has "${entry}": should be networks such as 10.0.0.0/8,fd00::/8`),
      message,
    );
  }
});
