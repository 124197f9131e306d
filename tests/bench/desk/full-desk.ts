import Database from 'better-sqlite3';
import { addManyReaders } from '../../support/many-readers.ts';
import type { Newsroom } from '../../support/newsroom-on-disk.ts';

export interface Full {
  readers: number;
  held: number;
}

export const EDITION = '2026-11-24-weekly';
const DOMAINS = 500;
/** Editions of before, each to a hundred readers. */
const PAST = 60;

/**
 * A desk with very much on it: held comments, subscribers, and an edition on its way to each of them, of which most
 * letters are sent, some wait, are put off, came back or are uncertain. Rows alone, as fast as they go in.
 */
export function fillDesk({ file }: Pick<Newsroom, 'file'>, { readers, held }: Full): void {
  addManyReaders(file, readers, { domains: DOMAINS });
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  database.exec("update subscriber set alerts = 1 where substr(id, -1) in ('a', 'b', 'c')");
  const edition = database.prepare(
    `insert into edition (id, number, kind, cadence, state, reason, since, until, last_story, title, contents, created_at, started_at, ended_at)
     values (?, ?, 'digest', 'weekly', ?, '', @at, @at, 0, ?, '{"stories":[],"more":0}', @at, @at, ?)`,
  );
  const letters = database.prepare(
    `insert into delivery (kind, edition_id, subscriber_id, recipient, domain, message_id, state, attempts, due_at, reply, created_at, sent_at)
     select 'digest', @edition, id, email, domain, @edition || '.' || id,
       case when @rest = 'sent' then 'sent' when n % 1000 = 0 then 'bounced' when n % 1000 = 1 then 'deferred' when n % 100000 = 2 then 'uncertain'
            when n % 10 < 6 then 'sent' else @rest end,
       1, @at, '250 2.0.0 taken', @at, @at
     from (select *, row_number() over (order by domain, id) as n from subscriber limit @most) order by n`,
  );
  const at = '2026-11-24T08:00:00.000Z';
  const comment = database.prepare(
    `insert into comment (article, name, name_key, email, email_key, body, html, state, reason, notify, created_at, cluster)
     values (?, ?, ?, ?, ?, ?, ?, 'held', 'first-comment', 0, ?, ?)`,
  );
  database.transaction(() => {
    for (let n = 1; n <= PAST; n++) {
      const id = `past-${n}`;
      edition.run(id, n, 'sent', `Edition ${n}`, at, { at });
      letters.run({ edition: id, rest: 'sent', most: 100, at });
    }
    edition.run(EDITION, PAST + 1, 'sending', 'The edition on its way', null, { at });
    letters.run({ edition: EDITION, rest: 'queued', most: readers, at });
    for (let n = 0; n < held; n++) {
      const [name, email, body] = [`reader ${n}`, `reader${n}@example.org`, `Remark ${n}: we saw the same.`];
      comment.run('story-0', name, name, email, email, body, `<p>${body}</p>`, at, `c${n}`);
    }
  })();
  database.exec('analyze');
  database.close();
}
