import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAboutRecipient, pauseAfter } from '#core/mail/deferral.ts';
import { Hand } from '#core/mail/hand.ts';
import { Lanes } from '#core/mail/lanes.ts';
import type { Delivery } from '#core/mail/outbox-rows.ts';
import { ConnectionLimit } from '#core/mail/smtp/connection-limit.ts';
import { HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { TestClock } from '../support/test-app.ts';

function lanesWithClock() {
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  return { clock, lanes: new Lanes(clock) };
}

/** Attempts at a domain, one after another. */
function attempts(lanes: Lanes, domain: string, news: 'taken' | 'put-off', times: number): void {
  for (let n = 0; n < times; n++) {
    lanes.started(domain);
    lanes.ended(domain, news);
  }
}

function rows(domain: string, count: number): Delivery[] {
  return Array.from({ length: count }, (_, id) => ({ id, domain }) as Delivery);
}

test('a domain that complains gets half as many letters at once, and more again as it takes them', () => {
  const { lanes } = lanesWithClock();
  for (let n = 0; n < 8; n++) lanes.started('slow.test');
  lanes.ended('slow.test', 'put-off');
  assert.equal(lanes.waitMs('slow.test'), Number.POSITIVE_INFINITY, '7 under way, 4 allowed');
  for (let n = 0; n < 4; n++) lanes.ended('slow.test', 'taken');
  assert.ok(Number.isFinite(lanes.waitMs('slow.test')));
  assert.equal(lanes.waitMs('other.test'), 0);
});

test('a domain that fails five times in a row rests, twice as long each time that its trial letter fails', () => {
  const { clock, lanes } = lanesWithClock();
  attempts(lanes, 'gone.test', 'put-off', 5);
  assert.equal(lanes.restsUntil('gone.test')?.getTime(), clock.now().getTime() + MINUTE);
  assert.deepEqual(
    lanes.limited(() => 0),
    [{ domain: 'gone.test', worthHaving: 0 }],
  );
  clock.advance(MINUTE);
  assert.equal(lanes.restsUntil('gone.test'), undefined);
  assert.deepEqual(
    lanes.limited(() => 0),
    [{ domain: 'gone.test', worthHaving: 1 }],
  );
  attempts(lanes, 'gone.test', 'put-off', 1);
  assert.equal(lanes.restsUntil('gone.test')?.getTime(), clock.now().getTime() + 2 * MINUTE);
  clock.advance(2 * MINUTE);
  attempts(lanes, 'gone.test', 'taken', 2100);
  assert.deepEqual(
    lanes.limited(() => 0),
    [],
    'as good as new',
  );
});

test('a domain that failed once is watched only while letters to it are at hand', () => {
  const { lanes } = lanesWithClock();
  attempts(lanes, 'one.test', 'put-off', 1);
  assert.deepEqual(
    lanes.limited(() => 0),
    [],
  );
  assert.deepEqual(
    lanes.limited(() => 1).map(({ domain }) => domain),
    ['one.test'],
  );
});

test('domains take turns, and one with many letters leaves connections to the others', () => {
  const { lanes } = lanesWithClock();
  const hand = new Hand();
  hand.put([...rows('big.test', 20), ...rows('small.test', 2)]);
  const taken = Array.from({ length: 8 }, () => {
    const next = hand.next(lanes, 8) as Delivery;
    lanes.started(next.domain);
    return next.domain;
  });
  assert.equal(taken.filter((domain) => domain === 'small.test').length, 2);
  hand.put(rows('late.test', 1));
  for (let n = 0; n < 2; n++) lanes.ended('small.test', 'taken');
  assert.equal((hand.next(lanes, 8) as Delivery).domain, 'late.test', 'big.test has its share of the 8');
  assert.equal((hand.next(lanes, 8) as Delivery).domain, 'big.test', 'nobody else wants the connection');
});

test('greylisting is waited for as long as it says, else five minutes; a full mailbox is no word about its domain', () => {
  assert.equal(pauseAfter(1, '450 4.2.0 Greylisted, try again in 300 seconds'), 300 * SECOND);
  assert.equal(pauseAfter(1, '451 4.7.1 Greylisting in action, come back in 00:12:30'), 12.5 * MINUTE);
  assert.equal(pauseAfter(3, '451 4.7.1 Please try again later'), 5 * MINUTE);
  assert.equal(pauseAfter(1, '450 greylisted for 15 min'), 15 * MINUTE);
  const hourly = pauseAfter(9, '452 4.3.1 no room');
  assert.ok(hourly >= 0.8 * HOUR && hourly <= 1.2 * HOUR);
  for (const reply of ['450 4.2.2 over quota', '451 4.7.1 greylisted', '450 4.1.2 unknown'])
    assert.equal(isAboutRecipient(reply), true, reply);
  for (const reply of ['421 too fast', '451 4.3.0 later', '450 slow down', 'no answer (ETIMEDOUT)'])
    assert.equal(isAboutRecipient(reply), false, reply);
});

/** Letters that each take so long, over as many connections as there may be. */
function sendThrough(
  limit: ConnectionLimit,
  time: { now: number },
  letterMs: (connections: number) => number,
): void {
  for (let round = 0; round < 12; round++) {
    const begun = time.now;
    const connections = limit.now;
    time.now += letterMs(connections);
    for (let n = 0; n < connections; n++) limit.letterTaken(begun);
  }
}

test('connections double while that makes letters come faster, up to the most', () => {
  const time = { now: 0 };
  const limit = new ConnectionLimit(32, () => time.now);
  assert.equal(limit.now, 1);
  sendThrough(limit, time, () => 40);
  assert.ok(limit.now > 4);
  for (let n = 0; n < 3; n++) sendThrough(limit, time, () => 40);
  assert.equal(limit.now, 32);
});

test('connections that only wait for one another are given up again', () => {
  const time = { now: 0 };
  const limit = new ConnectionLimit(32, () => time.now);
  for (let n = 0; n < 4; n++) sendThrough(limit, time, (connections) => connections * 10);
  assert.equal(limit.now, 4);
});

test('a relay that was away is met with one connection, and with twice as many after each letter over them all', () => {
  const time = { now: 0 };
  const limit = new ConnectionLimit(32, () => time.now);
  for (let n = 0; n < 4; n++) sendThrough(limit, time, () => 40);
  limit.relayAway();
  assert.equal(limit.now, 1);
  const seen: number[] = [];
  for (let round = 0; round < 4; round++) {
    for (let n = limit.now; n > 0; n--) limit.letterTaken(time.now);
    seen.push(limit.now);
  }
  assert.deepEqual(seen, [2, 4, 8, 16]);
});

test('a relay that takes no further connection gets half as many', () => {
  const time = { now: 0 };
  const limit = new ConnectionLimit(32, () => time.now);
  for (let n = 0; n < 4; n++) sendThrough(limit, time, () => 40);
  limit.refused();
  assert.equal(limit.now, 16);
  sendThrough(limit, time, () => 40);
  assert.equal(limit.now, 16, 'for a while');
});
