import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { DAY, MINUTE } from '#core/platform/clock.ts';

/** What the contents of a digest weigh: their stories are kept in the row. */
const CONTENTS = JSON.stringify({ stories: [], more: 0, introduction: 'x'.repeat(8000) });

/** Editions of before, a day apart, whose letters were counted when they ended. */
export function addYearsOfEditions(file: string, count: number): void {
  const database = new Database(file);
  const edition = database.prepare(
    `insert into edition (id, number, kind, cadence, state, reason, since, until, last_story, title, contents, created_at, started_at, ended_at)
     values (@id, @number, 'digest', 'daily', 'sent', '', @at, @at, 0, 'A daily of before', @contents, @at, @at, @at)`,
  );
  const tally = database.prepare(
    `insert into edition_tally (edition_id, counts) values (?, '{"sent":990,"bounced":10}')`,
  );
  database.transaction(() => {
    for (let n = 1; n <= count; n++) {
      const at = new Date(Date.UTC(2026, 10, 23) - n * DAY).toISOString();
      edition.run({ id: `old-${n}`, number: 1_000_000 + n, at, contents: CONTENTS });
      tally.run(`old-${n}`);
    }
  })();
  database.exec('analyze');
  database.close();
}

/** Letters that are kept as files, a minute apart. */
export function addKeptLetters(dataDir: string, count: number): void {
  const dir = path.join(dataDir, 'outbox');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const body = '<p>Words of a letter.</p>'.repeat(200);
  for (let n = 0; n < count; n++) {
    const at = new Date(Date.UTC(2026, 0, 1) + n * MINUTE);
    const head = `To: reader${n}@example.org\r\nSubject: Edition ${n % 500}\r\nDate: ${at.toUTCString()}\r\n`;
    const file = path.join(dir, `digest.${n}.kept@watchpost.test.eml`);
    writeFileSync(file, `${head}Content-Type: text/html\r\n\r\n${body}\r\n`, { mode: 0o600 });
    utimesSync(file, at, at);
  }
}
