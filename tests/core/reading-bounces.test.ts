import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from '#core/mail/bounces/read-report.ts';
import type { Report } from '#core/mail/bounces/report.ts';
import { block, feedbackReport, message, statusReport } from '../support/bounce-messages.ts';

const DAEMON = { From: 'MAILER-DAEMON@mx.example.net', To: 'bounces@news.test', Subject: 'failure notice' };
const UNKNOWN = {
  'Final-Recipient': 'rfc822; reader@example.org',
  Status: '5.1.1',
  'Diagnostic-Code': 'smtp; 550 5.1.1 <reader@example.org>: User unknown',
};

/** Who failed and how, as `address kind`. */
async function failures(bytes: Buffer): Promise<string[]> {
  const report = await readReport(bytes);
  assert.equal(report.kind, 'bounces');
  return report.kind === 'bounces' ? report.recipients.map(({ address, kind }) => `${address} ${kind}`) : [];
}

async function kindOf(bytes: Buffer): Promise<Report['kind']> {
  return (await readReport(bytes)).kind;
}

test('a report names each recipient, how it failed, and the letter that came back', async () => {
  const bytes = statusReport(
    [block(UNKNOWN), block({ 'Final-Recipient': 'rfc822; full@example.org', Status: '5.2.2' })],
    {
      to: 'bounces+7.mac@news.test',
      original: ['Return-Path: <bounces+7.mac@news.test>', 'Message-ID: <2026-11-24-weekly.abc@news.test>'],
    },
  );
  const report = await readReport(bytes, ['bounces+7.mac@mx.news.test']);
  assert.equal(report.kind, 'bounces');
  assert.deepEqual(report.kind === 'bounces' && report.recipients, [
    { address: 'reader@example.org', status: '5.1.1', kind: 'hard', reason: '550 5.1.1 …: User unknown' },
    { address: 'full@example.org', status: '5.2.2', kind: 'soft', reason: '5.2.2' },
  ]);
  assert.equal(report.kind === 'bounces' && report.originalMessageId, '2026-11-24-weekly.abc@news.test');
  assert.deepEqual(report.kind === 'bounces' && report.addresses.slice(0, 2), [
    'bounces+7.mac@mx.news.test',
    'bounces+7.mac@news.test',
  ]);
});

test('the address that was written to counts, not the one where it was forwarded to', async () => {
  const forwarded = block({ ...UNKNOWN, 'Original-Recipient': 'rfc822;alias@example.org' });
  assert.deepEqual(await failures(statusReport([forwarded])), ['alias@example.org hard']);
  const international = block({ ...UNKNOWN, 'Final-Recipient': 'utf-8; böb@example.org' });
  assert.deepEqual(await failures(statusReport([international])), ['böb@example.org hard']);
  const routed = block({ ...UNKNOWN, 'Final-Recipient': 'rfc822;@relay.example:reader@example.org' });
  assert.deepEqual(await failures(statusReport([routed])), ['reader@example.org hard']);
});

test('a report is read though its blank lines, its folds or its types are missing', async () => {
  const run = [
    block(UNKNOWN),
    block({ 'Final-Recipient': 'rfc822; full@example.org', Status: '5.2.2' }),
  ].join('\r\n');
  assert.deepEqual(await failures(statusReport([run])), ['reader@example.org hard', 'full@example.org soft']);

  const unfolded = block({
    ...UNKNOWN,
    Status: '5.0.0',
    'Diagnostic-Code': 'smtp; 550\r\n5.1.1 User unknown',
  });
  assert.deepEqual(await failures(statusReport([unfolded])), ['reader@example.org hard']);

  const plain = message({ ...DAEMON, 'Content-Type': 'text/plain' }, `Sorry.\r\n\r\n${block(UNKNOWN)}`);
  assert.deepEqual(await failures(plain), ['reader@example.org hard']);

  const noBoundary = statusReport([block(UNKNOWN)])
    .toString()
    .replace('; boundary="part"', '');
  assert.deepEqual(await failures(Buffer.from(noBoundary)), ['reader@example.org hard']);
});

test('what the fields leave out is read from the words beside the address', async () => {
  const bare = block({ 'Final-Recipient': 'rfc822; reader@example.org', Status: '5.0.0' });
  const words =
    '<reader@example.org>: host mx.example.org said: 550 User\r\n    unknown (in reply to RCPT TO command)';
  assert.deepEqual(await failures(statusReport([bare], { words })), ['reader@example.org hard']);
  const atData = words.replace('RCPT TO', 'end of DATA');
  assert.deepEqual(await failures(statusReport([bare], { words: atData })), ['reader@example.org soft']);
  const transcript =
    '>>> RCPT To:<reader@example.org>\r\n<<< 550 No such user\r\n>>> DATA\r\n<<< 503 Need RCPT';
  assert.deepEqual(await failures(statusReport([bare], { words: transcript })), ['reader@example.org hard']);
});

test('in a conversation about several, each has the answer that was given about them', async () => {
  const of = (address: string) =>
    block({
      'Final-Recipient': `rfc822; ${address}`,
      Status: '5.0.0',
      'Diagnostic-Code': 'smtp; 550 User unknown',
    });
  const words = [
    '>>> RCPT To:<one@example.org>',
    '<<< 550 User unknown',
    '>>> DATA',
    '<<< 550 <two@example.org>... User unknown',
  ].join('\r\n');
  const report = statusReport([of('one@example.org'), of('two@example.org')], { words });
  assert.deepEqual(await failures(report), ['one@example.org hard', 'two@example.org soft']);
});

test('a report that names nobody is a soft bounce of the one to whom the letter went', async () => {
  const bytes = statusReport([], { original: ['To: reader@example.org', 'Message-ID: <a@news.test>'] });
  assert.deepEqual(await failures(bytes), ['reader@example.org soft']);
});

const PROSE: Record<string, [body: string, expected: string[]]> = {
  qmail: [
    "Hi. This is the qmail-send program.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n<gone@example.org>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 550 no such user\r\nGiving up on 192.0.2.1.\r\n\r\n<full@example.org>:\r\nSorry, over quota. (#5.2.2)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <x@news.test>\r\nMessage-ID: <a.b@news.test>\r\n\r\n550 5.1.1 user unknown <other@example.org>",
    ['gone@example.org hard', 'full@example.org soft'],
  ],
  Exim: [
    'A message that you sent could not be delivered to one or more of its\r\nrecipients. The following address(es) failed:\r\n\r\n  gone@example.org\r\n    SMTP error from remote mail server after RCPT TO:<gone@example.org>:\r\n    host mx.example.org [192.0.2.1]: 550 5.1.1 <gone@example.org>: unknown\r\n  kept@example.org\r\n    SMTP error from remote mail server after end of data:\r\n    host mx.example.org [192.0.2.1]: 554 No such user, this is spam\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\nReturn-path: <x@news.test>\r\nMessage-ID: <a.b@news.test>\r\n',
    ['gone@example.org hard', 'kept@example.org soft'],
  ],
  'an old sendmail': [
    '   ----- Transcript of session follows -----\r\n550 example.invalid (smtp)... 550 Host unknown\r\n554 <gone@example.invalid>... 550 Host unknown (Authoritative answer from name server)\r\n\r\n   ----- Unsent message follows -----\r\nReceived: by mx.example.net\r\nMessage-ID: <a.b@news.test>\r\n\r\nHello',
    ['gone@example.invalid hard'],
  ],
};

for (const [system, [body, expected]] of Object.entries(PROSE))
  test(`a report in the prose of ${system} is read without the letter under it`, async () => {
    const bytes = message(DAEMON, body);
    assert.deepEqual(await failures(bytes), expected);
    const report = await readReport(bytes);
    assert.equal(report.kind === 'bounces' && report.originalMessageId, 'a.b@news.test');
  });

test('a notice that a letter is late is no bounce', async () => {
  const body =
    'THIS IS A WARNING MESSAGE ONLY.\r\nDelivery to this recipient has been delayed:\r\n\r\n  reader@example.org\r\n\r\n550 5.1.1 user unknown';
  assert.deepEqual(await failures(message(DAEMON, body)), ['reader@example.org delayed']);
});

test('prose is read as a report only where a mail system wrote it', async () => {
  const person = { From: 'A Reader <reader@example.org>', To: 'bounces@news.test', Subject: 'Hello' };
  assert.equal(await kindOf(message(person, '<gone@example.org>: 550 5.1.1 user unknown')), 'nothing');
});

test('complaints and wishes to leave are told from other feedback', async () => {
  const expected = {
    abuse: 'complaint',
    fraud: 'complaint',
    'opt-out': 'opt-out',
    'opt-out-list': 'opt-out',
    unsubscribe: 'opt-out',
    'auth-failure': 'authentication-report',
    'not-spam': 'nothing',
    virus: 'nothing',
    other: 'nothing',
  };
  for (const [type, kind] of Object.entries(expected))
    assert.equal(await kindOf(feedbackReport(type, ['Original-Rcpt-To: <reader@example.org>'])), kind, type);
  const report = await readReport(
    feedbackReport('abuse', ['Original-Rcpt-To: <reader@example.org>'], {
      original: ['Return-Path: <bounces+7.mac@news.test>', 'Message-ID: <a.b@news.test>'],
    }),
  );
  assert.deepEqual(report, {
    kind: 'complaint',
    recipients: ['reader@example.org'],
    addresses: ['bounces@news.test', 'bounces+7.mac@news.test', 'reader@example.org'],
    originalMessageId: 'a.b@news.test',
  });
});

test('absence notes and reports on authentication change nothing', async () => {
  const reader = { From: 'reader@example.org', To: 'bounces@news.test', Subject: 'Re: The week' };
  for (const header of [
    { 'Auto-Submitted': 'auto-replied' },
    { 'X-Autoreply': 'yes' },
    { Precedence: 'auto_reply' },
    { Subject: 'Automatic reply: unsubscribe' },
    { Subject: 'Out of Office' },
    { 'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=x' },
  ])
    assert.equal(
      await kindOf(message({ ...reader, ...header }, 'unsubscribe')),
      'auto-reply',
      JSON.stringify(header),
    );
  const dmarc = { ...reader, Subject: 'Report Domain: news.test Submitter: example.org Report-ID: <1>' };
  assert.equal(await kindOf(message(dmarc, '')), 'authentication-report');
});

test('who writes that they want to leave is understood, and who writes about leaving is not', async () => {
  const reader = { From: 'reader@example.org', To: 'bounces+7.mac@news.test' };
  for (const [subject, body] of [
    ['unsubscribe', ''],
    ['Re: UNSUBSCRIBE', ''],
    ['The week', '\r\nUnsubscribe.\r\n\r\nthanks'],
  ] as const)
    assert.equal(await kindOf(message({ ...reader, Subject: subject }, body)), 'opt-out', subject);
  for (const subject of [
    'How do I unsubscribe my colleague from this?',
    'The week',
    'Unsubscribe links are often fake, says your article',
  ])
    assert.equal(await kindOf(message({ ...reader, Subject: subject }, 'Hello')), 'nothing', subject);
});

test('no message makes it fail or wait long', async () => {
  const half = 128 * 1024;
  const mixed = 'From: MAILER-DAEMON@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n';
  const hostile = {
    nothing: '',
    zeros: '\0'.repeat(half),
    'no end of its header': 'To: a@b.example\r\n'.repeat(half / 16),
    'one word': `From: MAILER-DAEMON@x\r\n\r\n${'a'.repeat(half)}`,
    'dashes and dots': `From: MAILER-DAEMON@x\r\n\r\n${'a-a.'.repeat(half / 4)}`,
    'an unknown charset': 'From: MAILER-DAEMON@x\r\nContent-Type: text/plain; charset=none\r\n\r\n\xff\xfe',
    'parts in parts':
      mixed +
      Array.from(
        { length: 500 },
        (_, depth) =>
          `--${depth ? `b${depth}` : 'b'}\r\nContent-Type: multipart/mixed; boundary=b${depth + 1}\r\n\r\n`,
      ).join(''),
    'empty parts': mixed + '--b\r\n'.repeat(half / 5),
    'letters in letters': 'Content-Type: message/rfc822\r\n\r\n'.repeat(half / 32),
    'one long answer': statusReport([block(UNKNOWN)], {
      words: `<<< 550 ${'a'.repeat(half / 2)}`,
    }).toString(),
    'brackets in a field': statusReport([`Final-Recipient: rfc822; ${'('.repeat(half)}`]).toString(),
  };
  for (const [what, bytes] of Object.entries(hostile))
    assert.ok((await kindOf(Buffer.from(bytes, 'latin1'))) !== 'complaint', what);
});

test('a report on thousands of recipients is read no further than a letter of ours can have', async () => {
  const blocks = Array.from({ length: 2000 }, (_, at) =>
    block({ ...UNKNOWN, 'Final-Recipient': `rfc822; r${at}@example.org` }),
  );
  assert.equal((await failures(statusReport(blocks))).length, 50);
});
