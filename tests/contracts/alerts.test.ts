import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeEdition } from '#core/editions/make-edition.ts';
import { cancelEdition } from '#core/editions/move-edition.ts';
import { alertSubject, sendAlert } from '#core/editions/send-alert.ts';
import { DAY } from '#core/platform/clock.ts';
import { testEngines } from '../support/engines.ts';
import { publish, told } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

const LEAK = { published: '2026-11-24T09:00:00.000Z', severity: 'high', topics: ['cloud'] };

for (const { name, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('an alert and its update go to who asked, and what a cancel took from a reader their digest makes up for', async (t) => {
      const app = await openApp(t);
      await addReader(app, 'ann@example.org', { alerts: 2 });
      await addReader(app, 'bob@example.org', { alerts: 2, cadence: 'daily' });
      await addReader(app, 'cy@example.org', { cadence: 'daily' });
      for (const cadence of ['weekly', 'daily'] as const) await digest(app, cadence); // what stood there before
      publish(app, 'leak', LEAK);
      assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: leak', 'cy@example.org: leak']);
      publish(app, 'leak', { ...LEAK, updates: [{ at: app.clock.now().toISOString(), text: 'A patch' }] });
      const ofUpdate = await alert(app, 'leak', true);
      assert.deepEqual(await told(app, ofUpdate), ['ann@example.org: leak', 'bob@example.org: leak']);
      assert.deepEqual(await digest(app, 'weekly'), [], 'the update has told ann of it');
      await cancelEdition(app, ofUpdate);
      assert.deepEqual(await digest(app, 'weekly'), ['ann@example.org: leak']);
      assert.deepEqual(await digest(app, 'daily'), []);

      publish(app, 'worm', { severity: 'critical', published: app.clock.now().toISOString() });
      const ofWorm = await alert(app, 'worm', false);
      assert.deepEqual(await told(app, ofWorm), ['ann@example.org: worm', 'bob@example.org: worm']);
      assert.deepEqual(await digest(app, 'daily'), ['cy@example.org: worm']);
      await cancelEdition(app, ofWorm);
      assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: worm']);
    });
  });
}

async function alert(app: TestApp, slug: string, isUpdate: boolean): Promise<string> {
  const sent = await sendAlert(app, alertSubject(app, slug, isUpdate));
  assert.equal(sent.state, 'made');
  return sent.state === 'made' ? sent.edition.id : '';
}

async function digest(app: TestApp, cadence: 'daily' | 'weekly'): Promise<string[]> {
  app.clock.advance(DAY);
  const made = await makeEdition(app, cadence, app.clock.now());
  return made.state === 'made' ? told(app, made.edition.id) : [];
}
