import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DnsRecords, dkimRecord, dnsFindings } from '#core/mail/dns-records.ts';
import { DKIM_KEYS } from '../support/dkim-keys.ts';

const FROM = 'news.watchpost.test';
const { privateKey } = DKIM_KEYS.rsa();
const signer = { domain: 'watchpost.test', selector: 's1', key: privateKey };
const GOOD: Record<string, string[]> = {
  [FROM]: ['v=spf1 include:relay.test -all', 'other text'],
  'relay.test': ['v=spf1 ip4:192.0.2.0/24 -all'],
  's1._domainkey.watchpost.test': [dkimRecord(signer)],
  '_dmarc.watchpost.test': ['v=DMARC1; p=reject'],
};

async function told(
  change: Record<string, string[]>,
  mx: string[] = ['mx.watchpost.test'],
): Promise<string[]> {
  const all = { ...GOOD, ...change };
  const records: DnsRecords = { txt: async (name) => all[name] ?? [], mx: async () => mx };
  const findings = await dnsFindings(records, { fromDomain: FROM, signer, hasReturnPath: true });
  return findings.filter(({ level }) => level !== 'good').map(({ level, text }) => `${level} ${text}`);
}

const CASES: [name: string, change: Record<string, string[]>, expected: RegExp][] = [
  ['no SPF record', { [FROM]: [] }, /^fault SPF: .* does not say/],
  ['two SPF records', { [FROM]: ['v=spf1 -all', 'v=spf1 ~all'] }, /^fault SPF: .* more than one/],
  ['an SPF record for the whole world', { [FROM]: ['v=spf1 +all'] }, /^fault SPF: .*whole world/],
  [
    'an SPF record with a slip',
    { [FROM]: ['v=spf1 ipv4:192.0.2.1 -all'] },
    /^fault SPF: .*"ipv4:192\.0\.2\.1"/,
  ],
  [
    'an SPF record that refers to nothing',
    { [FROM]: ['v=spf1 include:gone.test -all'] },
    /^fault SPF: .*gone\.test/,
  ],
  [
    'an SPF record with too many questions',
    { [FROM]: [`v=spf1 ${Array.from({ length: 11 }, (_, n) => `a:h${n}.test`).join(' ')} -all`] },
    /^fault SPF: .*11 further questions/,
  ],
  ['no DKIM key', { 's1._domainkey.watchpost.test': [] }, /^fault DKIM: there is no key.*v=DKIM1; k=rsa; p=/],
  ['a revoked DKIM key', { 's1._domainkey.watchpost.test': ['v=DKIM1; p='] }, /^fault DKIM: .*revoked/],
  [
    'another DKIM key',
    { 's1._domainkey.watchpost.test': [dkimRecord({ ...signer, key: DKIM_KEYS.rsa().privateKey })] },
    /^fault DKIM: .*another key/,
  ],
  [
    'a DKIM key of another kind',
    { 's1._domainkey.watchpost.test': [dkimRecord(signer).replace('rsa', 'ed25519')] },
    /another key/,
  ],
  [
    'a DKIM key as a test',
    { 's1._domainkey.watchpost.test': [`${dkimRecord(signer)}; t=y`] },
    /^note DKIM: .*only a test/,
  ],
  ['no DMARC record', { '_dmarc.watchpost.test': [] }, /^fault DMARC: there is no record/],
  [
    'a DMARC record that only watches',
    { '_dmarc.watchpost.test': ['v=DMARC1; p=none'] },
    /^note DMARC: .*only watches/,
  ],
  [
    'a DMARC record without a policy',
    { '_dmarc.watchpost.test': ['v=DMARC1'] },
    /^fault DMARC: .*no valid p=/,
  ],
  [
    'a DMARC record that wants the very same domain',
    { [`_dmarc.${FROM}`]: ['v=DMARC1; p=reject; adkim=s'] },
    /^fault DMARC: .*strict alignment/,
  ],
];

test('records that fit are found good', async () => {
  assert.deepEqual(await told({}), []);
});

for (const [name, change, expected] of CASES) {
  test(`${name} is told, and nothing else`, async () => {
    const findings = await told(change);
    assert.equal(findings.length, 1);
    assert.match(findings[0] ?? '', expected);
  });
}

test('a record that refers to itself is no endless question', async () => {
  assert.deepEqual(await told({ 'relay.test': [`v=spf1 include:${FROM} include:relay.test -all`] }), []);
});

test('return addresses ask for a server that takes their mail', async () => {
  assert.match((await told({}, []))[0] ?? '', /^fault MX: no server/);
});

test('a name server that does not answer is no fault of the records', async () => {
  const records: DnsRecords = {
    txt: async () => Promise.reject(new Error('ESERVFAIL')),
    mx: async () => Promise.reject(new Error('ETIMEOUT')),
  };
  const findings = await dnsFindings(records, { fromDomain: FROM, signer, hasReturnPath: true });
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['note', 'note', 'note', 'note'],
  );
});
