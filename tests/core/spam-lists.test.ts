import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listFields } from '#core/platform/list-fields.ts';
import { type ListFacts, listed, listSign } from '#core/spam/lists.ts';

const FACTS: ListFacts = {
  name: 'Ann',
  email: 'ann@mail.example',
  website: null,
  body: 'A plain comment.',
  network: '198.51.100.4',
};

function found(list: Parameters<typeof listFields.parse>[0], change: Partial<ListFacts> = {}) {
  return listed({ ...FACTS, ...change }, listFields.parse(list))?.entry;
}

test('an empty list, or none, names nobody', () => {
  assert.equal(found({}), undefined);
  assert.equal(found(undefined), undefined);
});

test('a word is found whole, in any case, in the text or the name', () => {
  const list = { words: ['cialis', 'Make  money', 'ÜBERWEISUNG', 'c++', '$$$'] };
  assert.equal(found(list, { body: 'As a specialist I doubt it.' }), undefined);
  assert.equal(found(list, { body: 'CIALIS!' }), 'cialis');
  assert.equal(found(list, { name: 'Cialis shop' }), 'cialis');
  assert.equal(found(list, { body: 'how to make\nmoney' }), 'Make  money');
  assert.equal(found(list, { body: 'eine überweisung' }), 'ÜBERWEISUNG');
  assert.equal(found(list, { body: 'written in C++.' }), 'c++');
  assert.equal(found(list, { body: 'get $$$ now' }), '$$$');
});

test('width and soft hyphens do not hide a word', () => {
  assert.equal(found({ words: ['viagra'] }, { body: 'ｖｉａｇｒａ' }), 'viagra');
  assert.equal(found({ words: ['viagra'] }, { body: 'via\u00adgra' }), 'viagra');
});

test('where a script has no spaces, a word is found inside a sentence', () => {
  assert.equal(found({ words: ['赌场'] }, { body: '最好的赌场在这里' }), '赌场');
  assert.equal(found({ words: ['казино'] }, { body: 'Лучшее Казино!' }), 'казино');
  assert.equal(found({ words: ['казино'] }, { body: 'мегаказиношка' }), undefined);
});

test('a domain is found in links, bare or defanged mentions, the website and the mail address', () => {
  const list = { domains: ['Spam.example'] };
  for (const body of [
    'see https://spam.example/x',
    'see https://a.b.SPAM.example:8443/x?y',
    'just spam.example/x, really',
    'at spam[.]example or so',
    'mail me: joe@spam.example',
  ])
    assert.equal(found(list, { body }), 'Spam.example', body);
  assert.equal(found(list, { website: 'https://shop.spam.example/' }), 'Spam.example');
  assert.equal(found(list, { email: 'joe@mx.spam.example' }), 'Spam.example');
  for (const body of ['notspam.example', 'spam.example.org', 'spam example'])
    assert.equal(found(list, { body }), undefined, body);
});

test('a domain outside ASCII is one domain in both its spellings', () => {
  assert.equal(
    found({ domains: ['münchen.example'] }, { website: 'https://xn--mnchen-3ya.example/' }),
    'münchen.example',
  );
  assert.equal(
    found({ domains: ['xn--mnchen-3ya.example'] }, { body: 'auf MÜNCHEN.example' }),
    'xn--mnchen-3ya.example',
  );
});

test('a mail address is found whole, or by its domain', () => {
  assert.equal(found({ addresses: ['Joe@Mail.example'] }, { email: 'JOE@mail.example' }), 'Joe@Mail.example');
  assert.equal(found({ addresses: ['joe@mail.example'] }, { email: 'bigjoe@mail.example' }), undefined);
  assert.equal(found({ addresses: ['@mail.example'] }), '@mail.example');
  assert.equal(found({ addresses: ['@mail.example'] }, { email: 'joe@sub.mail.example' }), undefined);
});

test('a network is an address or a range, of either family', () => {
  const list = { networks: ['198.51.100.0/28', '203.0.113.9', '2001:db8::/32'] };
  assert.equal(found(list), '198.51.100.0/28');
  assert.equal(found(list, { network: '198.51.100.16' }), undefined);
  assert.equal(found(list, { network: '203.0.113.9' }), '203.0.113.9');
  assert.equal(found(list, { network: '::ffff:203.0.113.9' }), '203.0.113.9');
  assert.equal(found(list, { network: '2001:db8:1::1' }), '2001:db8::/32');
  assert.equal(found(list, { network: 'unknown' }), undefined);
  assert.equal(found(list, { network: null }), undefined);
});

test('the moderator is told what the list names', () => {
  const entry = listed({ ...FACTS, body: 'spam.example' }, listFields.parse({ domains: ['spam.example'] }));
  assert.deepEqual(entry, { kind: 'domain', entry: 'spam.example' });
  assert.equal(listSign(entry).words, 'The list of this site names the domain spam.example');
});

test('each wrong entry is named with what would be right', () => {
  const list = {
    words: [419, '--'],
    domains: ['https://spam.example', '*.spam.example'],
    addresses: ['nobody'],
    networks: ['192.0.2.0/33', '300.1.1.1', '10.0.0.0/8/8', 'fe80::1%eth0'],
  };
  const messages = listFields
    .safeParse(list)
    .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  assert.equal(messages?.length, 9);
  assert.equal(messages[0], 'words.0 should be text, in quotes (419 is none)');
  assert.match(
    messages[2] ?? '',
    /^domains\.0 should be a domain such as .* "https:\/\/spam\.example" is not$/,
  );
  assert.match(
    messages[5] ?? '',
    /^networks\.0 should be an address or a network such as .* "192\.0\.2\.0\/33" is not$/,
  );
});

test('a wrong entry that got here all the same is passed over', () => {
  const rules = { words: [''], domains: ['nothing'], addresses: ['@'], networks: ['x/y', '198.51.100.4'] };
  assert.deepEqual(listed(FACTS, rules), { kind: 'network', entry: '198.51.100.4' });
});
