import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RelayOutcome } from '#core/mail/relay.ts';
import { smtpRelay } from '#core/mail/smtp/smtp-relay.ts';
import { type Moment, type Script, startScriptedRelay } from '../support/scripted-relay.ts';

const LETTER = Buffer.from('Subject: Hello\r\n\r\nWords.\r\n');
const ENVELOPE = { from: 'news@watchpost.test', to: 'ann@example.org' };

type Expected = Exclude<RelayOutcome['state'], 'deferred'> | 'away' | 'put off';

type Wrong = 'cut' | 'hang' | 'drip' | 'flood' | '421' | '450' | '451' | '550';
type Asked = Exclude<Moment, 'STARTTLS'>;

/** What each way of going wrong means: for the relay (away: everyone waits), or for this one letter. */
const OUTCOMES: Record<Asked, Record<'no answer' | '4xx' | '5xx', Expected>> = {
  greeting: { 'no answer': 'away', '4xx': 'away', '5xx': 'away' },
  EHLO: { 'no answer': 'away', '4xx': 'away', '5xx': 'away' },
  MAIL: { 'no answer': 'put off', '4xx': 'away', '5xx': 'away' },
  RCPT: { 'no answer': 'put off', '4xx': 'put off', '5xx': 'bounced' },
  DATA: { 'no answer': 'put off', '4xx': 'put off', '5xx': 'bounced' },
  dot: { 'no answer': 'uncertain', '4xx': 'put off', '5xx': 'bounced' },
};
const WAYS: Record<Wrong, keyof (typeof OUTCOMES)['dot']> = {
  ...{ cut: 'no answer', hang: 'no answer', drip: 'no answer', flood: 'no answer' },
  ...{ 421: '4xx', 450: '4xx', 451: '4xx', 550: '5xx' },
};
const WORDS: Partial<Record<Wrong, string>> = {
  cut: 'a line cut',
  hang: 'no answer',
  drip: 'an answer an octet at a time',
  flood: 'an answer of 10 MB',
};
/** Short, so that no test waits long; long enough for all that goes well. */
const TIMES = { setUp: 200, command: 200, body: 200, dot: 200 };

for (const pipelining of [false, true]) {
  for (const [moment, outcomes] of Object.entries(OUTCOMES)) {
    for (const [way, kind] of Object.entries(WAYS)) {
      const expected = outcomes[kind];
      const name = `${WORDS[way as Wrong] ?? `a ${way}`} at ${moment}${pipelining ? ', pipelined,' : ''}`;
      test(`${name} means: ${expected}`, async (t) => {
        const script: Script = (now) =>
          now === moment ? (way in WORDS ? way : `${way} because the test says so`) : undefined;
        const fake = await startScriptedRelay(t, script, { pipelining });
        const relay = smtpRelay(fake.url, TIMES);
        t.after(() => relay.close());
        let isMarked = false;
        const outcome = await relay.send(ENVELOPE, 'id@x', LETTER, async () => {
          isMarked = true;
          return true;
        });
        assert.equal(meaningOf(outcome), expected);
        assert.equal(isMarked, moment === 'dot', 'only after the 354 may anybody have got it');
        assert.equal(fake.taken, 0);
      });
    }
  }
}

test('a 421 to one recipient puts off that letter alone', async (t) => {
  const fake = await startScriptedRelay(t, (moment) =>
    moment === 'RCPT' ? '421 4.7.0 slow down' : undefined,
  );
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'put off');
});

test('a letter that another worker has meanwhile is not handed over, and says just that', async (t) => {
  const fake = await startScriptedRelay(t, () => undefined);
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  assert.deepEqual(await relay.send(ENVELOPE, 'id@x', LETTER, async () => false), { state: 'lost' });
  assert.equal(fake.taken, 0);
  assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'sent');
});

test('a connection that was cut between two letters costs the second no attempt', async (t) => {
  const fake = await startScriptedRelay(t, (moment) =>
    moment === 'MAIL' && fake.taken === 1 && fake.connections === 1 ? 'cut' : undefined,
  );
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  for (let letter = 0; letter < 2; letter++)
    assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'sent');
  assert.deepEqual([fake.taken, fake.connections], [2, 2]);
});

test('a fault of our own while a letter is marked is thrown, and the letter is not handed over', async (t) => {
  const fake = await startScriptedRelay(t, () => undefined);
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  const marking = async () => {
    throw new Error('the disk is full');
  };
  await assert.rejects(relay.send(ENVELOPE, 'id@x', LETTER, marking), /the disk is full/);
  assert.equal(fake.taken, 0);
});

test('of a letter refused before the dot nothing is left that stands in the way of the next', async (t) => {
  for (const pipelining of [false, true]) {
    const fake = await startScriptedRelay(
      t,
      (moment, recipient) =>
        moment === 'RCPT' && recipient === 'gone@example.org' ? '550 5.1.1 gone' : undefined,
      { pipelining },
    );
    const relay = smtpRelay(fake.url);
    t.after(() => relay.close());
    const gone = await relay.send({ ...ENVELOPE, to: 'gone@example.org' }, 'id@x', LETTER, async () => true);
    assert.deepEqual(gone, { state: 'bounced', reply: '550 5.1.1 gone' });
    assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'sent');
    assert.deepEqual([fake.taken, fake.connections], [1, 1]);
    assert.ok(fake.plain.includes('RSET'));
  }
});

test('a relay that wants a letter whose only recipient it has refused does not get it', async (t) => {
  const script: Script = (moment) => ({ RCPT: '550 5.1.1 gone', DATA: '354 go on' })[moment as 'RCPT'];
  const fake = await startScriptedRelay(t, script, { pipelining: true });
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  for (let letter = 0; letter < 2; letter++)
    assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'bounced');
  assert.deepEqual([fake.taken, fake.connections], [0, 2]);
});

test('a letter arrives as it was written, dots at the start of lines and all', async (t) => {
  const fake = await startScriptedRelay(t, () => undefined, {
    pipelining: true,
    extensions: ['8BITMIME', 'SIZE 900'],
  });
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  const letter = '.first\r\n\r\n.\r\n..two\r\nmiddle . dot\r\na bare one\n.\r\nThe end: \xe9';
  const bytes = Buffer.from(letter, 'latin1');
  assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', bytes, async () => true)), 'sent');
  const received = (fake.letters[0] ?? '').replaceAll(/^\./gm, '');
  assert.equal(received, letter);
  assert.ok(fake.plain.some((line) => line.endsWith(`> SIZE=${bytes.length} BODY=8BITMIME`)));
  const large = Buffer.from(`${'x'.repeat(900)}\r\n`);
  const outcome = await relay.send(ENVELOPE, 'id@x', large, async () => true);
  assert.deepEqual(
    [meaningOf(outcome), fake.taken],
    ['bounced', 1],
    'more than the relay says that it takes',
  );
});

test('a connection that the relay has closed while it was kept costs no attempt', async (t) => {
  const fake = await startScriptedRelay(t, () => undefined);
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'sent');
  fake.hangUp();
  assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'sent');
  assert.deepEqual([fake.taken, fake.connections], [2, 2]);
});

test('a 421 on a connection that was used before is no word about the relay', async (t) => {
  const fake = await startScriptedRelay(t, (moment) =>
    moment === 'MAIL' && fake.taken === 1 && fake.connections === 1
      ? '421 4.7.0 enough for one session'
      : undefined,
  );
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  for (let letter = 0; letter < 2; letter++)
    assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'sent');
  assert.deepEqual([fake.taken, fake.connections], [2, 2]);
});

test('where the relay takes no further connection, letters wait for one that it has', async (t) => {
  const fake = await startScriptedRelay(t, (moment) =>
    moment === 'greeting' && fake.connections > 2 ? '421 4.7.0 too many connections' : undefined,
  );
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  for (let round = 0; round < 5; round++) {
    const letters = Array.from({ length: 8 }, () => relay.send(ENVELOPE, 'id@x', LETTER, async () => true));
    for (const outcome of await Promise.all(letters)) assert.equal(meaningOf(outcome), 'sent');
  }
  assert.ok(relay.room <= 2, `${relay.room} connections`);
});

test('a line that breaks within the letter, or while it is marked, is no doubt about it', async (t) => {
  const fake = await startScriptedRelay(t, () => undefined);
  const relay = smtpRelay(fake.url);
  t.after(() => relay.close());
  const outcome = await relay.send(ENVELOPE, 'id@x', LETTER, async () => {
    fake.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 20)); // until it has been heard of here
    return true;
  });
  assert.equal(meaningOf(outcome), 'put off');
  assert.equal(fake.taken, 0);
});

/** What becomes of letters to these, all given at once to a relay with one connection. */
async function overOneConnection(t: TestContext, names: string[], script: Script) {
  const fake = await startScriptedRelay(t, script, { pipelining: true });
  const relay = smtpRelay(`${fake.url}?maxConnections=1`, TIMES);
  t.after(() => relay.close());
  const sending = names.map(async (name) => {
    const bytes = Buffer.from(`To: ${name}\r\n\r\nWords.\r\n`);
    return meaningOf(
      await relay.send({ ...ENVELOPE, to: `${name}@example.org` }, 'id@x', bytes, async () => true),
    );
  });
  return { outcomes: await Promise.all(sending), fake };
}

test('the next letter is offered with the end of the one before, and each goes to its own recipient', async (t) => {
  const names = ['ann', 'bob', 'cat', 'dan'];
  const seen: string[] = [];
  const { outcomes, fake } = await overOneConnection(t, names, (moment, recipient) => {
    if (moment === 'dot') seen.push(recipient);
    return undefined;
  });
  assert.deepEqual(outcomes, ['sent', 'sent', 'sent', 'sent']);
  assert.deepEqual(
    fake.letters.map((letter, n) => [seen[n], letter.split('\r\n')[0]]),
    names.map((name) => [`${name}@example.org`, `To: ${name}`]),
  );
  assert.equal(fake.connections, 1);
});

test('a letter refused after it was offered with the end of another is no matter to the next', async (t) => {
  const { outcomes, fake } = await overOneConnection(
    t,
    ['ann', 'gone', 'bob', 'large', 'cat'],
    (moment, recipient) => {
      if (moment === 'RCPT' && recipient === 'gone@example.org') return '550 5.1.1 gone';
      return moment === 'dot' && recipient === 'large@example.org' ? '552 5.3.4 too large' : undefined;
    },
  );
  assert.deepEqual(outcomes, ['sent', 'bounced', 'sent', 'bounced', 'sent']);
  assert.equal(fake.connections, 1);
});

for (const [way, expected] of Object.entries({
  cut: 'uncertain',
  hang: 'uncertain',
  '421 closing': 'put off',
})) {
  test(`where the end of a letter is answered by "${way}", the one offered with it goes over a new connection`, async (t) => {
    const { outcomes, fake } = await overOneConnection(t, ['ann', 'bob', 'cat'], (moment, recipient) =>
      moment === 'dot' && recipient === 'ann@example.org' ? way : undefined,
    );
    assert.deepEqual(outcomes, [expected, 'sent', 'sent']);
    assert.deepEqual([fake.taken, fake.connections], [2, 2]);
  });
}

test('a relay that is said not to take commands in groups gets them one by one', async (t) => {
  const fake = await startScriptedRelay(t, (moment) => (moment === 'RCPT' ? '550 5.1.1 gone' : undefined), {
    pipelining: true,
  });
  const relay = smtpRelay(`${fake.url}?pipelining=false`);
  t.after(() => relay.close());
  assert.equal(meaningOf(await relay.send(ENVELOPE, 'id@x', LETTER, async () => true)), 'bounced');
  assert.ok(!fake.plain.includes('DATA'));
});

function meaningOf(outcome: RelayOutcome): Expected {
  if (outcome.state !== 'deferred') return outcome.state;
  return outcome.everyone ? 'away' : 'put off';
}
