import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { acceptedIn, logLines } from '#core/mail/relay-log.ts';
import { temporaryFolder } from '../support/test-app.ts';

const IDS = new Set(['w.ann@news.test', 'w.bob@news.test', 'w.cat@news.test']);
const POSTFIX = 'Nov 24 09:00:01 mx postfix';

async function accepted(...lines: string[]): Promise<string[]> {
  return [...(await acceptedIn(lines, IDS))].sort();
}

test('Postfix has taken a letter once it is in the queue, not while it is being received', async () => {
  assert.deepEqual(
    await accepted(
      `${POSTFIX}/smtpd[1]: 4FzX1: client=localhost[127.0.0.1]`,
      `${POSTFIX}/cleanup[2]: 4FzX1: message-id=<w.ann@news.test>`,
      `${POSTFIX}/cleanup[2]: 4FzX2: message-id=<w.bob@news.test>`,
      `${POSTFIX}/smtpd[1]: lost connection after DATA (512 bytes) from localhost[127.0.0.1]`,
      `${POSTFIX}/qmgr[3]: 4FzX1: from=<bounces@news.test>, size=40000, nrcpt=1 (queue active)`,
    ),
    ['w.ann@news.test'],
  );
});

test('a number that Postfix gives again belongs to the newer letter', async () => {
  assert.deepEqual(
    await accepted(
      `${POSTFIX}/cleanup[2]: A1: message-id=<w.ann@news.test>`,
      `${POSTFIX}/cleanup[2]: A1: message-id=<of-somebody-else@example.org>`,
      `${POSTFIX}/qmgr[3]: A1: from=<x@example.org>, size=1, nrcpt=1 (queue active)`,
      `${POSTFIX}/cleanup[2]: A2: warning: header Message-ID: <w.bob@news.test> from localhost`,
    ),
    [],
  );
});

test('Exim and Sendmail say it in one line; what a filter of Sendmail’s refuses was not taken', async () => {
  assert.deepEqual(
    await accepted(
      '2026-11-24 09:00:01 1tAbCd-000000001-AbCd <= bounces@news.test H=localhost P=esmtp S=40000 id=w.ann@news.test',
      'Nov 24 09:00:01 mx sendmail[7]: 4AO900x1: from=<b@news.test>, size=40, nrcpts=1, msgid=<w.bob@news.test>, proto=ESMTP',
      'Nov 24 09:00:01 mx sm-mta[7]: 4AO900x2: from=<b@news.test>, size=40, nrcpts=1, msgid=<w.cat@news.test>, proto=ESMTP',
      'Nov 24 09:00:01 mx sm-mta[7]: 4AO900x2: Milter: data, reject=550 5.7.1 no',
    ),
    ['w.ann@news.test', 'w.bob@news.test'],
  );
});

test('of any other log a line with the Message-ID is believed, but for one that speaks of a refusal', async () => {
  assert.deepEqual(
    await accepted(
      '{"event":"accepted","message":{"headers":{"message-id":"w.ann@news.test"}}}',
      'queued <w.bob@news.test> for delivery',
      'rejected: <w.cat@news.test> spam',
      'queued <xw.cat@news.test> and <w.cat@news.test.example>',
    ),
    ['w.ann@news.test', 'w.bob@news.test'],
  );
});

test('a log is read as it is or packed, and a file that is not there is an error', async (t) => {
  const dir = temporaryFolder(t);
  const text = `${'a line\n'.repeat(50_000)}queued w.ann@news.test\nwithout an end: w.bob@news.test`;
  writeFileSync(path.join(dir, 'mail.log'), text);
  writeFileSync(path.join(dir, 'mail.log.gz'), gzipSync(text));
  for (const name of ['mail.log', 'mail.log.gz'])
    assert.deepEqual(
      [...(await acceptedIn(logLines(path.join(dir, name)), IDS))].sort(),
      ['w.ann@news.test', 'w.bob@news.test'],
      name,
    );
  for (const name of ['none.log', 'none.log.gz'])
    await assert.rejects(acceptedIn(logLines(path.join(dir, name)), IDS), /ENOENT/);
});
