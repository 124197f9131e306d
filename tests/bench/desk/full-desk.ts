import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import { newPerson } from '#core/desk/people.ts';
import { type Act, recordActs } from '#core/platform/audit.ts';
import { DAY, systemClock } from '#core/platform/clock.ts';
import { type Db, openDatabase } from '#core/platform/db.ts';
import { readOrMakeSecret } from '#core/platform/tokens.ts';
import { up as countFromRows } from '#db/migrations/0023-day-counts.ts';
import { articleFile, type Newsroom } from '../../support/newsroom-on-disk.ts';
import { addManySubscribers } from './many-subscribers.ts';
import { leaveQueue } from './queue-of-comments.ts';

export interface Full {
  readers: number;
  /** Each to fifty readers, besides the one that is on its way to all. */
  editions: number;
  held: number;
  published: number;
  spam: number;
  /** In the audit log. */
  acts: number;
  /** Letters kept as files. */
  kept: number;
}

export const EDITION = '2026-11-24-weekly';
/** The file of a kept letter, without `.eml`. */
export const KEPT = 'link.7@bench';
const AT = '2026-11-24T08:00:00.000Z';
const PEOPLE = 40;
/** As many as comments are spread over. */
const STORIES = 400;

/** The content of that site: stories of years, one of the week, and one that an alert could be about. */
export function manyStories(): Record<string, string> {
  const old = Array.from({ length: STORIES - 1 }, (_, n) => {
    const [name, text] = articleFile(`story-${n + 1}`);
    return [name, publishedAt(text, new Date(Date.UTC(2018, 0, 1 + 7 * n)))];
  });
  const [name, text] = articleFile('worm');
  const worm = `severity: critical\n${publishedAt(text, new Date()).slice('---\n'.length)}`;
  return Object.fromEntries([...old, articleFile('story-0'), [name, `---\n${worm}`]]);
}

function publishedAt(text: string, at: Date): string {
  return text.replace(/^published: .*$/m, `published: ${at.toISOString()}`);
}

/**
 * A desk with very much on it: subscribers, comments, years of editions, acts, kept letters, and an edition on its way to
 * each subscriber, of which most letters are sent, some wait, are put off, came back or are uncertain. Rows alone, as fast
 * as they go in.
 */
export async function fillDesk({ dataDir, file }: Newsroom, full: Full): Promise<void> {
  const { db } = openDatabase({ dataDir });
  await sql`pragma synchronous = off`.execute(db);
  await addManySubscribers(db, 'sqlite', full.readers);
  await leaveQueue(db, full);
  await addPeople(db);
  await addActs(db, readOrMakeSecret(dataDir), full.acts);
  addEditions(file, full.editions);
  await countAnew(db);
  await db.destroy();
  keepLetters(dataDir, full.kept);
}

async function addPeople(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (let n = 0; n < PEOPLE; n++)
      await newPerson(
        trx,
        { clock: systemClock },
        { name: `Person ${n}`, role: n === 0 ? 'owner' : 'moderator' },
      );
  });
}

async function addActs(db: Db, secret: Buffer, count: number): Promise<void> {
  const acts = Array.from({ length: count }, (_, n): Act => {
    const what = { act: n % 3 === 0 ? 'comment.spam' : 'comment.approve', subject: `comment:${n}` };
    return {
      who: `Person ${n % PEOPLE}`,
      ...what,
      before: 'held',
      after: n % 3 === 0 ? 'spam' : 'published',
    };
  });
  // The newest hold much, as those do that save a plan.
  const plan = JSON.stringify({ introduction: 'He said “no”, and <she> said "yes" & went. '.repeat(40) });
  const plans = Array.from(
    { length: 200 },
    (): Act => ({ who: 'Person 1', act: 'plan.save', subject: 'plan:weekly', before: plan, after: plan }),
  );
  await recordActs(db, { clock: systemClock, secret }, [...acts, ...plans]);
}

function addEditions(file: string, past: number): void {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  const edition = database.prepare(
    `insert into edition (id, number, kind, cadence, state, reason, since, until, last_story, title, contents, created_at, started_at, ended_at)
     values (?, ?, 'digest', 'weekly', ?, '', @at, @at, 0, ?, '{"stories":[],"more":0}', @at, @at, ?)`,
  );
  const some = letters(database, "'sent'", 'where id > @after order by id limit 50');
  const all = letters(
    database,
    `case when n % 1000 = 0 then 'bounced' when n % 1000 = 1 then 'deferred' when n % 100000 = 2 then 'uncertain'
          when n % 10 < 6 then 'sent' else 'queued' end`,
    "where state = 'confirmed' order by domain, id",
  );
  database.transaction(() => {
    for (let n = 1; n <= past; n++) {
      const id = `past-${n}`;
      const at = new Date(Date.parse(AT) - n * DAY).toISOString();
      edition.run(id, n, 'sent', `Edition ${n}`, at, { at });
      some.run({ edition: id, at, after: `s${String(n % 900).padStart(3, '0')}` });
    }
    edition.run(EDITION, past + 1, 'sending', 'The edition on its way', null, { at: AT });
    all.run({ edition: EDITION, at: AT });
  })();
  addViews(database);
  database.exec('analyze');
  database.close();
}

/** Each story of the site was read each day of two and a half years. */
function addViews(database: Database.Database): void {
  database
    .prepare(
      `with recursive days (n) as (select 0 union all select n + 1 from days where n < 899),
         stories (n) as (select 0 union all select n + 1 from stories where n < @last)
       insert into article_view (day, slug, views)
       select date(@at, '-' || days.n || ' days'), 'story-' || stories.n, 1 + (days.n * 7 + stories.n) % 90 from days, stories`,
    )
    .run({ at: AT, last: STORIES - 1 });
}

/** What the pages of figures are drawn from is counted as it was when those tables came: from the rows. */
async function countAnew(db: Db): Promise<void> {
  for (const table of ['day_count', 'edition_letters', 'story_letters', 'article_view_month'] as const)
    await db.deleteFrom(table).execute();
  await countFromRows(db as Kysely<unknown>, 'sqlite');
}

/** A statement that adds letters of an edition: in which state each is, and to whom they go. */
function letters(database: Database.Database, state: string, readers: string): Database.Statement {
  return database.prepare(
    `insert into delivery (kind, edition_id, subscriber_id, recipient, domain, message_id, state, attempts, due_at, reply, created_at, sent_at)
     select 'digest', @edition, id, email, domain, @edition || '.' || id, ${state}, 1, @at, '250 2.0.0 taken', @at, @at
     from (select id, email, domain, row_number() over () as n from (select id, email, domain from subscriber ${readers}))`,
  );
}

function keepLetters(dataDir: string, count: number): void {
  const outbox = path.join(dataDir, 'outbox');
  mkdirSync(outbox, { recursive: true });
  for (let n = 0; n < count; n++) {
    const head = ['From: news@watchpost.test', `To: r${n}@domain.test`, `Subject: Your link, number ${n}`];
    const text = [...head, `Date: ${new Date(AT).toUTCString()}`, '', 'The text of a letter.', ''].join(
      '\r\n',
    );
    writeFileSync(path.join(outbox, `link.${n}@bench.eml`), text);
  }
}
