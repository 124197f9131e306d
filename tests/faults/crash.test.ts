import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashRun } from './crash/crash-run.ts';
import { problemsOf } from './crash/report.ts';

/** The short version of `npm run faults -- crash`. */
const SHORT = { kills: 8, recipients: 800, seed: 20_261_124 };

test('of an edition under kill -9, no letter is lost silently or doubled, and what is uncertain is counted', async () => {
  const outcome = await crashRun({ ...SHORT, isSettling: false });
  assert.deepEqual(problemsOf(outcome, { isSettling: false }), []);
  assert.equal(outcome.kills, SHORT.kills);
  assert.ok(outcome.uncertain.length > 0, 'some kill came while a letter was at its dot');
});

test('with the relay’s log every letter is there once, though it is killed and the relay hangs up at dots', async () => {
  const outcome = await crashRun({ ...SHORT, isSettling: true, cuts: 1 / 100 });
  assert.deepEqual(problemsOf(outcome, { isSettling: true }), []);
  assert.equal(outcome.kills, SHORT.kills);
  assert.ok(outcome.cut > 0, 'some line went dead at a dot');
});
