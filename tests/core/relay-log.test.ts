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
      '2026-11-24 09:00:01 1tAbCd-00000000001-AbCd <= bounces@news.test H=localhost P=esmtp S=40000 id=w.ann@news.test',
      'Nov 24 09:00:01 mx sendmail[7]: 4AO900x1: from=<b@news.test>, size=40, nrcpts=1, msgid=<w.bob@news.test>, proto=ESMTP',
      'Nov 24 09:00:01 mx sm-mta[7]: 4AO900x2: from=<b@news.test>, size=40, nrcpts=1, msgid=<w.cat@news.test>, proto=ESMTP',
      'Nov 24 09:00:01 mx sm-mta[7]: 4AO900x2: Milter: data, reject=550 5.7.1 no',
    ),
    ['w.ann@news.test', 'w.bob@news.test'],
  );
});

const EXIM = '2026-11-24 09:00:01 1tAbCd-00000000001-AbCd';

test('Exim has taken a letter once it has arrived, whatever its subject says and whatever becomes of it', async () => {
  assert.deepEqual(
    await accepted(
      `${EXIM} <= b@news.test H=(web) [10.0.0.2]:40000 P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=41207 DKIM=news.test id=w.ann@news.test T="A leak id=w.bob@news.test" from <b@news.test> for ann@example.org`,
      `${EXIM} => ann@example.org R=dnslookup T=remote_smtp H=mx.example.org [192.0.2.9] C="250 2.0.0 Ok: queued as 4FzX1"`,
      `${EXIM} Completed`,
      'Nov 24 09:00:01 mx exim[7]: 1tAbCd-0001xy-Ab <= b@news.test H=localhost [127.0.0.1] P=esmtp S=41207 id=w.cat@news.test',
      '2026-11-24 09:00:02 1tAbCe-00000000001-AbCd ** cat@example.org R=dnslookup T=remote_smtp: 550 no such user',
    ),
    ['w.ann@news.test', 'w.cat@news.test'],
  );
  assert.deepEqual(
    await accepted(
      `${EXIM} H=(web) [10.0.0.2] F=<b@news.test> rejected after DATA: no, w.ann@news.test`,
      `${EXIM} H=(web) [10.0.0.2] SMTP connection lost after final dot P=esmtp`,
      '2026-11-24 09:00:03 1tAbCf-00000000001-AbCd <= <> R=1tAbCd-00000000001-AbCd U=mail P=local S=900 T="Undelivered id=w.cat@news.test"',
    ),
    [],
  );
});

test('Sendmail has taken a letter with its first line about it; that it was delivered later says no more', async () => {
  const line = (number: string, rest: string) => `Nov 24 09:00:01 mx sendmail[7]: ${number}: ${rest}`;
  const from = 'from=<b@news.test>, size=41207, class=-60, nrcpts=1';
  assert.deepEqual(
    await accepted(
      line('4AO900x1', `${from}, msgid=<w.ann@news.test>, bodytype=8BITMIME, proto=ESMTPS, daemon=MTA`),
      line(
        '4AO900x1',
        'to=<ann@example.org>, delay=00:00:01, mailer=esmtp, dsn=2.0.0, stat=Sent (Ok: queued)',
      ),
      line(
        '4AO900x2',
        'to=<bob@example.org>, delay=00:00:01, mailer=esmtp, dsn=2.0.0, stat=Sent (Ok: queued)',
      ),
      line('4AO900x3', `${from}, msgid=<of-somebody@example.org>, proto=ESMTP, daemon=MTA`),
    ),
    ['w.ann@news.test'],
  );
});

test('OpenSMTPD’s log proves nothing, and is refused: its msgid is no Message-ID', async () => {
  for (const told of [
    'smtp message msgid=12ab34cd',
    'mta delivery evpid=12ab34cd5e6f7081',
    'smtp event=message msgid=12ab34cd',
  ])
    await assert.rejects(
      accepted(
        'Nov 24 09:00:00 mx postfix/smtpd[6]: 4FzX1: client=localhost[127.0.0.1]',
        `Nov 24 09:00:01 mx smtpd[7]: 7a1b2c3d4e5f6071 ${told} size=41207 nrcpt=1 proto=ESMTP`,
      ),
      { code: 'invalid', message: /OpenSMTPD.*nothing was changed/ },
      told,
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
