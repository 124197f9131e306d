import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelayOutcome } from '#core/mail/relay.ts';
import { smtpRelay } from '#core/mail/smtp/smtp-relay.ts';
import { type Moment, type Script, startScriptedRelay } from '../support/scripted-relay.ts';

const LETTER = Buffer.from('Subject: Hello\r\n\r\nWords.\r\n');
const ENVELOPE = { from: 'news@watchpost.test', to: 'ann@example.org' };

type Expected = Exclude<RelayOutcome['state'], 'deferred'> | 'away' | 'put off';

/** What each way of going wrong means: for the relay (away: everyone waits), or for this one letter. */
const OUTCOMES: Record<Moment, Record<'cut' | '451' | '550', Expected>> = {
  greeting: { cut: 'away', 451: 'away', 550: 'away' },
  EHLO: { cut: 'away', 451: 'away', 550: 'away' },
  MAIL: { cut: 'put off', 451: 'away', 550: 'away' },
  RCPT: { cut: 'put off', 451: 'put off', 550: 'bounced' },
  DATA: { cut: 'put off', 451: 'put off', 550: 'bounced' },
  dot: { cut: 'uncertain', 451: 'put off', 550: 'bounced' },
};

for (const pipelining of [false, true]) {
  for (const [moment, ways] of Object.entries(OUTCOMES)) {
    for (const [way, expected] of Object.entries(ways)) {
      const name = `${way === 'cut' ? 'a line cut' : `a ${way}`} at ${moment}${pipelining ? ', pipelined,' : ''}`;
      test(`${name} means: ${expected}`, async (t) => {
        const script: Script = (now) =>
          now === moment ? (way === 'cut' ? way : `${way} because the test says so`) : undefined;
        const fake = await startScriptedRelay(t, script, { pipelining });
        const relay = smtpRelay(fake.url);
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

function meaningOf(outcome: RelayOutcome): Expected {
  if (outcome.state !== 'deferred') return outcome.state;
  return outcome.everyone ? 'away' : 'put off';
}
