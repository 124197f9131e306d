import { sql } from 'kysely';
import type { Up } from '../migrate.ts';

/**
 * What the desk's list of subscribers walks along: the newest of a state, addresses by their domain, and what came back
 * last; by address alone the unique one serves. The beginning of an address is a range of the index only where texts are in the order of their
 * bytes, which SQLite's always are.
 */
export const up: Up = async (db, engine) => {
  if (engine === 'postgres')
    await sql`alter table subscriber
      alter column email_key type text collate "C", alter column domain type text collate "C"`.execute(db);
  await db.schema
    .createIndex('subscriber_newest')
    .ifNotExists()
    .on('subscriber')
    .columns(['state', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('subscriber_domain')
    .ifNotExists()
    .on('subscriber')
    .columns(['domain', 'email_key'])
    .execute();
  await db.schema.createIndex('bounce_newest').ifNotExists().on('bounce').columns(['at', 'id']).execute();
};
