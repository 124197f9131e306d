import { sql } from 'kysely';
import type { Db, Engine } from '#core/platform/db.ts';

/** Somebody with a long story. */
export const WELL_KNOWN = 'well-known';

/**
 * A list as years make it: in every state, of all cadences and topics, at a few large domains and many small ones, in the
 * order of addresses at random; each with a consent, some with bounces, one with a long story.
 *
 * @param days back from now, over which they joined
 */
export async function addManySubscribers(db: Db, engine: Engine, count: number, days = 3000): Promise<void> {
  const isSqlite = engine === 'sqlite';
  const numbers = sql`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})`;
  const step = Math.floor((days * 86_400) / count) || 1;
  const at = isSqlite
    ? sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || ((${count} - i) * ${step}) || ' seconds')`
    : sql`to_char((now() at time zone 'UTC') - (${count} - i) * ${step} * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const mixed = isSqlite
    ? sql`substr('0000000000' || ((i * 2654435761) % 4294967296), -10)`
    : sql`lpad(((i::bigint * 2654435761) % 4294967296)::text, 10, '0')`;
  const domain = sql`case when i % 3 = 0 then 'large.test' when i % 3 = 1 then 'second.test' else 'domain-' || (i % 5000) || '.test' end`;
  await sql`insert into subscriber (id, email, email_key, domain, cadence, topics, alerts, state, asked, created_at, confirmed_at)
    ${numbers}
    select 's' || ${mixed}, 'r' || ${mixed} || '@' || ${domain}, 'r' || ${mixed} || '@' || ${domain}, ${domain},
      case when i % 10 = 0 then 'daily' when i % 10 < 7 then 'weekly' else 'monthly' end,
      case when i % 10000 = 9 then 'vulnerabilities' when i % 4 = 0 then 'authentication,cloud' else '' end,
      case when i % 5 = 0 then 2 else 0 end,
      case when i % 1000 = 7 then 'pending' when i % 20 = 3 then 'unsubscribed' else 'confirmed' end,
      0, ${at}, ${at} from n`.execute(db);
  await sql`insert into subscriber_event (subscriber_id, at, kind, network, detail)
    select id, created_at, 'imported', '192.0.2.7', 'From Mailchimp (members.csv): agreed on the form of the old site.'
    from subscriber`.execute(db);
  await addBounces(db, Math.min(20_000, count / 10));
  await addLongStory(db);
  if (!isSqlite) await sql`vacuum analyze`.execute(db);
}

async function addBounces(db: Db, count: number): Promise<void> {
  const at = new Date().toISOString();
  await sql`insert into bounce (message_hash, at, kind, subscriber_id, status, reason)
    select 'h' || id, ${at}, 'soft', id, '4.2.2', 'The mailbox is full.' from subscriber limit ${count}`.execute(
    db,
  );
}

/** Ten years of daily letters. */
async function addLongStory(db: Db): Promise<void> {
  const at = new Date().toISOString();
  const person = { id: WELL_KNOWN, email: `${WELL_KNOWN}@large.test`, email_key: `${WELL_KNOWN}@large.test` };
  await db
    .insertInto('subscriber')
    .values({
      ...{ ...person, domain: 'large.test', cadence: 'daily', topics: '', alerts: 2, state: 'confirmed' },
      ...{ asked: 0, asked_at: null, created_at: at, confirmed_at: at, ended_at: null },
    })
    .execute();
  for (let n = 0; n < 3650; n++) {
    const time = new Date(Date.now() - n * 86_400_000).toISOString();
    await db
      .insertInto('delivery')
      .values({
        ...{ kind: 'link', subscriber_id: WELL_KNOWN, recipient: person.email, domain: 'large.test' },
        ...{ message_id: `long.${n}@bench`, state: 'sent', due_at: time, created_at: time, sent_at: time },
        reply: '250 2.0.0 taken',
      })
      .execute();
  }
}
