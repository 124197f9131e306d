import assert from 'node:assert/strict';
import { test } from 'node:test';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime, { type Email } from 'postal-mime';
import { signedBytes } from '#core/mail/letter-bytes.ts';
import { LetterTemplate, type OwnHead, type SharedLetter } from '#core/mail/letter-template.ts';
import { quotedPrintable } from '#core/mail/quoted-printable.ts';
import { filledIn, SLOT_MARKS, type SlotValues } from '#core/mail/slots.ts';
import { escapeHtml } from '#core/platform/safe-html.ts';
import { randomShares } from '../support/random.ts';
import { randomLine, randomLines } from '../support/random-texts.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
const TOKEN = 'Ab-_'.repeat(10).concat('xyz');

const head = (to: string): OwnHead => ({
  to,
  messageId: '2026-11-24-weekly.0a1b@watchpost.test',
  date: NOW,
  listUnsubscribe: `<https://watchpost.test/newsletter/unsubscribe/${TOKEN}/>,\r\n <mailto:bounces+1.0123456789@watchpost.test?subject=unsubscribe>`,
});

function pattern(random: () => number): SharedLetter {
  const s = SLOT_MARKS;
  const lines = randomLines(random, 20);
  return {
    from: { name: randomLine(random, 5), address: 'news@watchpost.test' },
    subject: randomLine(random),
    headers: { 'List-Id': '<newsletter.watchpost.test>', Precedence: 'bulk' },
    text: `${s.phrase}\n${lines}\n${s.address} ${s.preferences}${s.unsubscribe}\n${lines} ${s.comment} \n.${s.phrase}`,
    html: `<p>${s.phrase}</p>${escapeHtml(lines)}<a href="https://x.test/${s.unsubscribe}/">${s.address}</a>\n<i>${s.phrase}</i>`,
  };
}

function reader(random: () => number): SlotValues {
  const local = randomLine(random, 3)
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 60);
  return {
    address: `${local}@${random() < 0.5 ? 'example.org' : `${'a-very-long-label.'.repeat(8)}example.org`}`,
    phrase: random() < 0.2 ? '' : randomLine(random, 8),
    preferences: TOKEN,
    unsubscribe: TOKEN.toUpperCase(),
    comment: TOKEN.toLowerCase(),
  };
}

const escaped = (values: SlotValues) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapeHtml(value)])) as SlotValues;

async function byNodemailer(letter: SharedLetter, own: OwnHead, values: SlotValues): Promise<Email> {
  const message = new MailComposer({
    from: letter.from,
    to: { name: '', address: own.to },
    subject: letter.subject,
    messageId: `<${own.messageId}>`,
    date: own.date,
    text: filledIn(letter.text, values),
    html: filledIn(letter.html, escaped(values)),
    headers: { ...letter.headers, 'List-Unsubscribe': { prepared: true, value: own.listUnsubscribe ?? '' } },
  });
  return PostalMime.parse(await message.compile().build());
}

const told = ({ from, to, subject, messageId, date, text, html }: Email) => ({
  ...{ from, to, subject, messageId, date },
  text: text?.trimEnd(),
  html: html?.trimEnd(),
});

test('whatever a letter and its reader say, it is read as it was meant, and as one that nodemailer composed', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomShares(seed);
    const letter = pattern(random);
    const values = reader(random);
    const own = head(values.address);
    const bytes = await signedBytes(new LetterTemplate(letter).filled(own, values), undefined, NOW);
    const parsed = await PostalMime.parse(bytes);
    assert.equal(parsed.text?.trimEnd(), filledIn(letter.text, values).trimEnd(), `seed ${seed}`);
    assert.equal(parsed.html?.trimEnd(), filledIn(letter.html, escaped(values)).trimEnd(), `seed ${seed}`);
    assert.deepEqual(told(parsed), told(await byNodemailer(letter, own, values)), `seed ${seed}`);
    assert.equal(parsed.headers.filter(({ key }) => key === 'bcc').length, 0);
  }
});

test('every line is short, ends with CRLF, needs no dot doubled, and nothing on the way has a blank to take away', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomShares(seed);
    const values = reader(random);
    const bytes = await signedBytes(
      new LetterTemplate(pattern(random)).filled(head(values.address), values),
      undefined,
      NOW,
    );
    const message = bytes.toString('latin1');
    assert.match(message, /^[\t\r\n -~]*$/, `seed ${seed}: ASCII`);
    assert.doesNotMatch(message, /(?<!\r)\n|\r(?!\n)/, `seed ${seed}: CRLF`);
    const [fields = '', body = ''] = message.split(/\r\n\r\n(.*)/s);
    const bodyLines = body.split('\r\n');
    assert.deepEqual(
      bodyLines.filter((line) => line.length > 76 || /^\.|^From |[ \t]$|[ \t]{2}/.test(line)),
      [],
    );
    assert.deepEqual(
      fields.split('\r\n').filter((line) => line.length > 998),
      [],
    );
    assert.ok(body.endsWith('--\r\n') && !body.endsWith('\r\n\r\n'));
  }
});

test('a title with a line break in it makes no field of its own', async () => {
  const letter: SharedLetter = {
    from: { name: 'A\r\nBcc: b@example.org', address: 'news@watchpost.test' },
    subject: 'One\r\nBcc: c@example.org\nX: y',
    headers: {},
    text: 'a',
    html: 'b',
  };
  const values = reader(randomShares(1));
  const bytes = await signedBytes(
    new LetterTemplate(letter).filled(head('ann@example.org'), values),
    undefined,
    NOW,
  );
  const { headers } = await PostalMime.parse(bytes);
  assert.deepEqual(
    headers.map(({ key }) => key).filter((key) => key === 'bcc' || key === 'x'),
    [],
  );
  const broken = { ...letter, headers: { 'List-Id': '<x>\r\nBcc: d@example.org' } };
  assert.throws(() => new LetterTemplate(broken), /List-Id/);
  const other = new LetterTemplate(letter);
  assert.throws(() =>
    other.filled({ ...head('ann@example.org'), messageId: 'x>\r\nBcc: <e@example.org' }, values),
  );
});

test('a line of any length is parted without parting a character’s code', () => {
  for (let length = 60; length < 160; length++) {
    const line = 'a'.repeat(length % 7).concat('é'.repeat(length));
    const encoded = quotedPrintable(line);
    assert.ok(encoded.split('\r\n').every((one) => /^(?:[ -<>-~]|=[0-9A-F]{2})*=?$/.test(one)));
    const bytes = encoded
      .replaceAll('=\r\n', '')
      .replace(/=(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    assert.equal(Buffer.from(bytes, 'latin1').toString(), line);
  }
});

test('a head that is longer than the room kept for it stands before its body all the same', async () => {
  const letter = { ...pattern(randomShares(1)), subject: 'A long word or two '.repeat(400).trim() };
  const values = reader(randomShares(2));
  const own = head(values.address);
  const parsed = await PostalMime.parse(
    await signedBytes(new LetterTemplate(letter).filled(own, values), undefined, NOW),
  );
  assert.deepEqual(told(parsed), told(await byNodemailer(letter, own, values)));
});
