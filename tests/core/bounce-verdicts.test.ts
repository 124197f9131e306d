import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Failure, verdictOn } from '#core/mail/bounces/verdict.ts';

/** Answers as large and small servers give them, with what was said to get them where the report tells. */
type Answer = [diagnostic: string, more?: Partial<Failure>];

const RCPT = { command: 'rcpt' } as const;

const DEAD: Record<string, readonly Answer[]> = {
  'nobody has that address': [
    [
      "550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos or\n 550-5.1.1 unnecessary spaces. Learn more at\n 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser x1 - gsmtp",
    ],
    ['550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in relay recipient table'],
    ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
    [
      '550 5.4.1 Recipient address rejected: Access denied. [AM5EUR03FT012.eop-EUR03.prod.protection.outlook.com]',
    ],
    ['550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 no such user'],
    [
      "554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [-9] - mta1.mail.example",
    ],
    ['550 Requested action not taken: mailbox unavailable (-1234:5678:-1234)', { status: '5.5.0' }],
    ['unknown user: "somebody"', { status: '5.1.1', diagnosticType: 'x-postfix' }],
    ['', { status: '5.1.1 (bad destination mailbox address)' }],
    [
      'User somebody (a@b.example) not listed in Domino Directory',
      { diagnosticType: 'x-notes', status: '5.0.0' },
    ],
    ['551 not our customer', { status: '5.1.6' }],
    ['550 #5.1.0 Address rejected.'],
  ],
  'the words say so, and they were the answer to RCPT': [
    ['550 <a@b.example>: User unknown', RCPT],
    ['550 5.7.1 No such user!', RCPT],
    ['550 Mailbox not found. http://service.mail.example/cgi-bin/help', RCPT],
    [
      '550 Message was not accepted -- invalid mailbox.  Local mailbox a@b.example is unavailable: user not found',
      RCPT,
    ],
    ['553 5.3.0 <a@b.example>... No such user here', RCPT],
    ['450 4.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual alias table', RCPT],
    ['550 <a@b.example>: Recipient address rejected.', RCPT],
    ['550 Utilisateur inconnu', RCPT],
    ['550 user unknown', { remark: "Your message wasn't delivered because the address couldn't be found." }],
  ],
  'the domain is not there, or takes no mail': [
    ['550 5.1.2 <a@b.example>... Host unknown (Name server: b.example: host not found)'],
    [
      'Host or domain name not found. Name service error for name=b.example type=A: Host not found',
      { status: '5.4.4' },
    ],
    ['No such domain.', { status: '5.0.0', diagnosticType: 'unknown' }],
    ['Unrouteable address', { status: '5.0.0' }],
    ['all relevant MX records point to non-existent hosts', { status: '5.0.0' }],
    ['an MX or SRV record indicated no SMTP service', { status: '5.0.0' }],
    ['550 5.4.310 DNS domain b.example does not exist [Message=InfoDomainNonexistent]'],
    ['556 5.1.10 <a@b.example>: Recipient address rejected: Domain b.example does not accept mail (nullMX)'],
    ['521 5.3.2 System not accepting network messages'],
    ['550 Host does not accept mail', { status: '5.7.27' }],
  ],
};

const ONLY_THIS_LETTER: Record<string, readonly Answer[]> = {
  'the box is full': [
    [
      '552-5.2.2 The email account that you tried to reach is over quota. Please direct\n 552 5.2.2 the recipient to https://support.google.com/mail/?p=OverQuotaPerm x1',
    ],
    ['552 5.2.2 Over quota', { status: '5.1.1' }],
    [
      '550 5.1.1 <a@b.example>... User Unknown',
      { remark: 'Your message was rejected:\nNot enough disk space' },
    ],
    ["452 4.2.2 The recipient's inbox is out of storage space"],
    ['550 user unknown', { ...RCPT, remark: 'The user(s) account is disabled.' }],
  ],
  'the box is shut': [
    ['550 5.2.1 The email account that you tried to reach is disabled.'],
    ['550 5.1.1 This account has been suspended'],
    ['525 5.7.13 Disabled recipient address'],
  ],
  'the letter or its sender is refused': [
    ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org'],
    ['550 5.7.1 IP address blacklisted by recipient', { status: '5.1.1' }],
    ['550 5.1.1 Mail refused, your IP is listed at a dnsbl'],
    ['550 Mail rejected', { status: '5.1.1' }],
    ["550-5.7.26 Unauthenticated email from b.example is not accepted due to domain's DMARC policy."],
    ['550 5.1.8 Sender address rejected: Domain not found'],
    ["550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"],
    ['550 Unknown user a@b.example', { status: '5.2.0' }],
    ['553 5.1.0 b.example does not exist', { command: 'mail' }],
    ['554 5.7.1 <a@b.example>: Relay access denied', RCPT],
    ['552 5.3.4 Message size exceeds fixed limit', RCPT],
    ['550 5.7.27 Sender domain has a null MX', { command: 'mail' }],
  ],
  'it may be otherwise tomorrow': [
    ['450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted', RCPT],
    ['421 4.7.0 Try again later, closing connection.'],
    [
      "DNS Error: DNS type 'mx' lookup of b.example responded with code NXDOMAIN Domain name not found",
      { status: '4.0.0' },
    ],
    ['DNS Error: the domain b.example does not receive email: returned Null MX', { status: '4.0.0' }],
    [
      'Name service error for name=b.example type=MX: Malformed or unexpected name server reply',
      { status: '5.4.4' },
    ],
    ['550 5.3.2 STOREDRV.Deliver; System not accepting network messages: shutting down'],
    ['connect to b.example[192.0.2.1]:25: Connection timed out', { status: '4.4.1' }],
  ],
  'words that filters use too, with no sign that the recipient was meant': [
    ['550 a@b.example... No such user'],
    ['550 5.0.0 <a@b.example>... User unknown', { command: 'data' }],
    ['550 5.7.1 550 User Unknown: a@b.example', { status: '5.0.0' }],
    ['550 5.2.1 <a@b.example>... User Unknown'],
  ],
  'nothing can be read from it': [
    ['', { status: '5.0.0' }],
    [''],
    ['554 5.0.0 Service unavailable'],
    ['255', { status: '5.1.1', diagnosticType: 'x-unix' }],
    [
      'procmail: Couldn\'t create "/var/spool/mail/a": No such user',
      { status: '5.1.1', diagnosticType: 'x-unix' },
    ],
  ],
  'a mailbox has words for its name': [
    ['550 5.7.1 <user-unknown@no-such-user.example.org>: Access denied', RCPT],
  ],
};

function verdict([diagnostic, more = {}]: Answer): string {
  const given = { action: 'failed', status: '', diagnosticType: 'smtp', command: undefined, remark: '' };
  return verdictOn({ ...given, diagnostic, ...more }).kind;
}

for (const [kind, groups] of [
  ['hard', DEAD],
  ['soft', ONLY_THIS_LETTER],
] as const)
  for (const [why, answers] of Object.entries(groups))
    test(`it is a ${kind} bounce where ${why}`, () => {
      const wrong = answers.filter((answer) => verdict(answer) !== kind);
      assert.deepEqual(wrong, []);
    });

test('what was delivered or is only late is no bounce', () => {
  assert.equal(verdict(['250 2.1.5 Ok', { action: 'relayed' }]), 'delivered');
  assert.equal(verdict(['250 2.1.5 Ok', { action: '' }]), 'delivered');
  assert.equal(verdict(['450 4.1.1 User unknown', { ...RCPT, action: 'delayed' }]), 'delayed');
});

test("the receiving server's own code counts, and the reporter's where it gave none", () => {
  const status = (diagnostic: string, reported: string) =>
    verdictOn({ action: 'failed', status: reported, diagnostic, diagnosticType: 'smtp', remark: '' }).status;
  assert.equal(status('550 5.7.1 blocked', '5.1.1'), '5.7.1');
  assert.equal(status('550 5.0.0 no', '5.1.1 (bad address)'), '5.1.1');
  assert.equal(status('550 no', '5.0.0 (undefined)'), '5.0.0');
  assert.equal(status('connect to 192.5.1.1: refused', ''), '');
});
