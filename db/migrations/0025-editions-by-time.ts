import { sql } from 'kysely';
import type { Up } from '../migrate.ts';

/**
 * Editions by when they went out, or are to: what the desk's calendar and its list of past editions walk along. And those
 * that are open or have ended just now, which are asked for every second: with years of editions that were read through.
 */
export const up: Up = async (db) => {
  await db.schema
    .createIndex('edition_when')
    .ifNotExists()
    .on('edition')
    .columns([sql`coalesce(started_at, due_at, created_at)`, 'id'])
    .execute();
  for (const column of ['state', 'ended_at'])
    await db.schema.createIndex(`edition_${column}`).ifNotExists().on('edition').column(column).execute();
};
