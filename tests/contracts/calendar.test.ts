import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type CalendarMonth, calendarMonth } from '#core/editions/calendar.ts';
import { ENDED_PAGE, endedAfter } from '#core/editions/past-editions.ts';
import { planState, savePlan } from '#core/editions/plan.ts';
import type { Db } from '#core/platform/db.ts';
import type { EditionState } from '#db/schema.ts';
import { testEngines } from '../support/engines.ts';
import { addEdition, EDITION } from '../support/outbox.ts';
import { type TestApp, writeArticle } from '../support/test-app.ts';

interface Row {
  id: string;
  state?: EditionState;
  started?: string;
  due?: string;
}

/** An edition without letters. */
async function addRow(db: Db, { id, state = 'sent', started, due }: Row): Promise<void> {
  await db
    .insertInto('edition')
    .values({
      ...{ id, state, kind: 'digest', cadence: 'daily', title: `Title of ${id}`, contents: '{}' },
      ...{ number: null, subject: null, reason: '', since: '', until: '', last_story: 0, ended_at: null },
      ...{ created_at: '2026-01-02T00:00:00.000Z', started_at: started ?? null, due_at: due ?? null },
    })
    .execute();
}

/** `24 08:00 Title: what`, by days that have something. */
function lines({ days }: CalendarMonth): string[] {
  return days.flatMap(({ day, entries }) =>
    entries.map(({ at, title, what }) =>
      [
        day.slice(8),
        at.slice(11, 16),
        what.kind === 'digest' ? `${title}${what.isNext ? ' next' : ''}` : title,
        what.kind === 'edition' ? what.edition.state : what.kind,
      ].join(' '),
    ),
  );
}

/** Its settings, as site.yaml has them. */
function setSite(app: TestApp, text: string): void {
  writeFileSync(path.join(app.config.contentDir, 'site.yaml'), text);
  app.library.reload();
}

const MONTHLY_ONLY = (all: string[]) => all.filter((line) => !/ (?:Daily|Weekly) digest/.test(line));

for (const { name, openApp } of testEngines())
  describe(name, () => {
    test('a month shows what went out, what waits, what goes by itself, and which articles appear', async (t) => {
      const app = await openApp(t); // 24 November 2026, 09:00 UTC
      await addEdition(app.db, ['ann@one.example', 'bob@two.example']);
      await addRow(app.db, { id: 'late', state: 'waiting', due: '2026-11-20T08:00:00.000Z' });
      await addRow(app.db, { id: 'soon', state: 'scheduled', due: '2026-11-30T23:59:59.999Z' });
      await addRow(app.db, { id: 'december', state: 'scheduled', due: '2026-12-01T00:00:00.000Z' });
      await addRow(app.db, { id: 'october', started: '2026-10-31T23:59:59.999Z' });
      writeArticle(app.config.contentDir, 'to-come', { published: '2026-11-28T10:00:00Z', title: 'To come' });
      writeArticle(app.config.contentDir, 'draft', { published: '2026-11-28T10:00:00Z', draft: true });
      mkdirSync(path.join(app.config.contentDir, 'letters'));
      writeFileSync(
        path.join(app.config.contentDir, 'letters', 'hello.md'),
        '---\ntitle: Hello\nsend: 2026-11-29T08:00:00Z\n---\nDear reader.\n',
      );
      app.library.reload();
      const month = await calendarMonth(app, '2026-11');
      assert.equal(month.days.length, 30);
      assert.deepEqual(lines(month), [
        '20 08:00 Title of late waiting',
        '24 09:00 An edition sending',
        '25 07:00 Daily digest next digest',
        '26 07:00 Daily digest digest',
        '27 07:00 Daily digest digest',
        '28 07:00 Daily digest digest',
        '28 10:00 To come article',
        '29 07:00 Daily digest digest',
        '29 08:00 Hello letter',
        '30 07:00 Daily digest digest',
        '30 23:59 Title of soon scheduled',
      ]);
      const edition = month.days[23]?.entries[0]?.what;
      assert.deepEqual(edition?.kind === 'edition' && edition.counts, { queued: 2 });
      assert.deepEqual(MONTHLY_ONLY(lines(await calendarMonth(app, '2026-12'))), [
        '01 00:00 Title of december scheduled',
        '01 08:00 Monthly digest next digest',
      ]);
      assert.deepEqual(lines(await calendarMonth(app, '2026-10')), ['31 23:59 Title of october sent']);
      const far = lines(await calendarMonth(app, '2031-02'));
      assert.equal(far.filter((line) => line.includes('Daily digest')).length, 28);
      assert.equal(far.filter((line) => line.includes('Weekly digest')).length, 4);
    });

    test('a time of its own stands in place of the schedule until then', async (t) => {
      const app = await openApp(t);
      const { version } = await planState(app.db, 'daily');
      const plan = { introduction: '', order: [], omitted: [], dueAt: '2026-11-26T12:00:00.000Z' };
      await savePlan(app, 'daily', plan, version);
      const daily = lines(await calendarMonth(app, '2026-11')).filter((line) => line.includes('Daily'));
      assert.deepEqual(daily.slice(0, 2), [
        '26 12:00 Daily digest next digest',
        '27 07:00 Daily digest digest',
      ]);
    });

    test('days are those of the site’s zone, also where its clocks change', async (t) => {
      const app = await openApp(t);
      setSite(app, 'timeZone: Europe/Berlin\n');
      await addRow(app.db, { id: 'night', started: '2026-10-31T23:30:00.000Z' }); // November there already
      assert.deepEqual(lines(await calendarMonth(app, '2026-10')), []);
      assert.equal(lines(await calendarMonth(app, '2026-11'))[0], '01 23:30 Title of night sent');
      const march = lines(await calendarMonth(app, '2027-03')).filter((line) => line.includes('Daily'));
      assert.equal(march.length, 31);
      assert.deepEqual(
        march.slice(26, 29).map((line) => line.slice(0, 8)),
        ['27 06:00', '28 05:00', '29 05:00'],
      );
      setSite(app, 'timeZone: America/New_York\n');
      assert.equal(lines(await calendarMonth(app, '2026-10')).length, 1);
    });

    test('an empty month says when the editions beside it were', async (t) => {
      const app = await openApp(t);
      assert.deepEqual((await calendarMonth(app, '2020-02')).beside, { before: undefined, after: undefined });
      await addRow(app.db, { id: 'old', started: '2019-05-01T00:00:00.000Z' });
      await addRow(app.db, { id: 'new', started: '2026-05-01T00:00:00.000Z' });
      const { beside, days } = await calendarMonth(app, '2020-02');
      assert.equal(days.length, 29);
      assert.deepEqual(beside, { before: '2019-05-01T00:00:00.000Z', after: '2026-05-01T00:00:00.000Z' });
    });

    test('a month with very many editions is cut, and says so', async (t) => {
      const app = await openApp(t);
      for (let n = 0; n < 301; n++)
        await addRow(app.db, { id: `e${n}`, started: '2026-05-01T00:00:00.000Z' });
      const month = await calendarMonth(app, '2026-05');
      assert.equal(month.isCut, true);
      assert.equal(month.days[0]?.entries.length, 300);
    });

    test('past editions are listed page by page, each once, the last first', async (t) => {
      const app = await openApp(t);
      const ids = Array.from({ length: 2 * ENDED_PAGE + 1 }, (_, n) => `e${String(n).padStart(3, '0')}`);
      for (const [n, id] of ids.entries()) {
        const started = new Date(Date.UTC(2026, 0, 1 + Math.floor(n / 2))).toISOString(); // two at a time
        await addRow(app.db, { id, started, state: n % 7 === 0 ? 'cancelled' : 'sent' });
      }
      await addEdition(app.db, ['ann@one.example'], EDITION); // on its way: not past
      const listed: string[] = [];
      let before: string | undefined;
      do {
        const { ended, next } = await endedAfter(app, before);
        assert.ok(ended.length <= ENDED_PAGE);
        listed.push(...ended.map(({ id }) => id));
        before = next;
      } while (before !== undefined);
      assert.deepEqual(listed, ids.toReversed());
      for (const wrong of ['', 'x', '2026', "2026-01-01T00:00:00.000Z.' or 1=1"])
        assert.ok((await endedAfter(app, wrong)).ended.length <= ENDED_PAGE);
    });
  });
