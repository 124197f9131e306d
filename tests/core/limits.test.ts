import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, SECOND } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { Limits, type Rate } from '#core/platform/limits.ts';
import { TestClock } from '../support/test-app.ts';

function setUp(most?: number) {
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  const limits = new Limits(clock, { probe: { burst: 3, everyMs: MINUTE } }, most);
  /** How many of so many tries in a row are let through. */
  const passed = (client: string, tries = 1) => {
    const before = Array.from({ length: tries }, () => refusal(client));
    return before.filter((refused) => refused === undefined).length;
  };
  const refusal = (client: string): AppError | undefined => {
    try {
      limits.take('probe', client);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof AppError && error.code === 'limited');
      return error;
    }
  };
  return { clock, passed, refusal };
}

test('a client may do much at once, then as much as comes back with time', () => {
  const { clock, passed } = setUp();
  assert.equal(passed('192.0.2.1', 5), 3);
  clock.advance(59 * SECOND);
  assert.equal(passed('192.0.2.1'), 0);
  clock.advance(SECOND);
  assert.equal(passed('192.0.2.1', 2), 1);
  clock.advance(60 * MINUTE);
  assert.equal(passed('192.0.2.1', 5), 3, 'never more than at first');
});

test('who is refused is told when to try again, and being refused costs nothing', () => {
  const { clock, passed, refusal } = setUp();
  passed('192.0.2.1', 3);
  clock.advance(15 * SECOND);
  assert.equal(refusal('192.0.2.1')?.retryAfterSeconds, 45);
  assert.match(refusal('192.0.2.1')?.message ?? '', /45 seconds/);
  clock.advance(45 * SECOND);
  assert.equal(passed('192.0.2.1'), 1);
});

test('one client does not use up what is another’s', () => {
  const { passed } = setUp();
  passed('192.0.2.1', 3);
  assert.equal(passed('192.0.2.2', 3), 3);
});

test('the addresses of one IPv6 network count as one client, and a site of many networks has a ceiling', () => {
  const { passed } = setUp();
  assert.equal(passed('2001:db8:1:2::1', 2) + passed('2001:DB8:1:2:aaaa::9', 2), 3);
  assert.equal(passed('2001:db8:1:3::1', 3), 3, 'the neighbour has a share of their own');
  const networks = Array.from({ length: 100 }, (_, n) => `2001:db8:1:${(n + 16).toString(16)}::1`);
  const all = networks.reduce((sum, client) => sum + passed(client, 3), 0);
  assert.equal(all, 3 * 8 - 6, 'eight times one network’s share');
  assert.equal(passed('2001:db8:2::1', 3), 3);
});

test('a proxy on this machine or network that nobody named stands for many readers', () => {
  for (const client of [
    '127.0.0.1',
    '::1',
    '10.1.2.3',
    '172.17.0.1',
    '192.168.1.1',
    'fd00::1',
    'fe80::1%eth0',
    '',
  ]) {
    const { passed } = setUp();
    assert.equal(passed(client, 100), 3 * 20, client);
  }
});

test('however many clients come, only so many are remembered: those seen last', () => {
  const { passed } = setUp(2);
  passed('192.0.2.1', 3);
  passed('192.0.2.2', 3);
  assert.equal(passed('192.0.2.1'), 0);
  passed('192.0.2.3', 3);
  assert.equal(passed('192.0.2.1'), 0, 'seen a moment ago');
  assert.equal(passed('192.0.2.2'), 1, 'forgotten');
});

/** How many of so many tries, each of a client of its own, are let through. */
function passedTogether(
  limits: Limits<'probe'>,
  tries: number,
  shared: readonly { name: string; rate: Rate }[],
  from = 1,
): number {
  const refusals = Array.from({ length: tries }, (_, n) => {
    try {
      limits.take('probe', `192.0.2.${from + n}`, undefined, shared);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof AppError && error.code === 'limited');
      return error.retryAfterSeconds;
    }
  });
  return refusals.filter((refused) => refused === undefined).length;
}

test('what all share is used up by all together, on one article or overall', () => {
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  const limits = new Limits(clock, { probe: { burst: 3, everyMs: MINUTE } });
  const on = (article: string) => [
    { name: `on ${article}`, rate: { burst: 5, everyMs: 10 * SECOND } },
    { name: 'overall', rate: { burst: 8, everyMs: 5 * SECOND } },
  ];
  // Each is new here, so twice as many pass as of those who write more than once.
  assert.equal(passedTogether(limits, 20, on('one')), 10, 'of this article');
  assert.equal(passedTogether(limits, 20, on('two'), 50), 6, 'of all that is left');
  clock.advance(5 * SECOND);
  assert.equal(passedTogether(limits, 20, on('one'), 100), 0, 'this article is not due yet');
  assert.equal(passedTogether(limits, 20, on('two'), 100), 1);
  clock.advance(5 * SECOND);
  assert.equal(passedTogether(limits, 20, on('one'), 150), 1);
});

test('a flood from a few networks does not lock out who has not written yet', () => {
  const limits = new Limits(new TestClock('2026-11-24T09:00:00.000Z'), {
    probe: { burst: 3, everyMs: MINUTE },
  });
  const shared = [{ name: 'overall', rate: { burst: 5, everyMs: MINUTE } }];
  const take = (client: string) => limits.take('probe', client, undefined, shared);
  for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2']) take(client);
  assert.throws(
    () => take('192.0.2.2'),
    (error: AppError) => error.code === 'limited',
  );
  take('192.0.2.3');
  assert.throws(
    () => take('192.0.2.3'),
    (error: AppError) => error.code === 'limited',
  );
});

test('who is refused because of all uses up nothing of their own, and the longest wait is named', () => {
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  const limits = new Limits(clock, { probe: { burst: 3, everyMs: MINUTE } });
  const shared = [{ name: 'overall', rate: { burst: 1, everyMs: 90 * SECOND } }];
  const take = () => limits.take('probe', '192.0.2.1', undefined, shared);
  take();
  for (let n = 0; n < 5; n++)
    assert.throws(take, (error: AppError) => error.code === 'limited' && error.retryAfterSeconds === 90);
  clock.advance(90 * SECOND);
  take();
  clock.advance(90 * SECOND);
  take();
});

test('a rate of one’s own stands in place of the usual one', () => {
  const limits = new Limits(new TestClock('2026-11-24T09:00:00.000Z'), {
    probe: { burst: 3, everyMs: MINUTE },
  });
  const tries = Array.from({ length: 9 }, () => {
    try {
      limits.take('probe', '192.0.2.1', { burst: 7, everyMs: SECOND });
      return true;
    } catch {
      return false;
    }
  });
  assert.equal(tries.filter(Boolean).length, 7);
});
