import { sql } from 'kysely';
import type { Up } from '../migrate.ts';

/**
 * PostgreSQL asks for the edition and for its variant at each row of a letter: of a million rows a third of the time,
 * and the answer is always yes, as the one statement that makes them reads them from there. What is left to guard is that
 * neither goes while letters point at it: once for each edition, not for each letter. (SQLite asks in no time.)
 */
export const up: Up = async (db, engine) => {
  if (engine === 'sqlite') return;
  await sql`create or replace function refuse_to_lose_edition() returns trigger language plpgsql as $$
    begin
      if exists (select from delivery where edition_id = old.id) then
        raise foreign_key_violation using message = 'foreign key: letters point at the edition ' || old.id;
      end if;
      return old;
    end $$`.execute(db);
  await sql`create or replace function refuse_to_lose_variant() returns trigger language plpgsql as $$
    begin
      if exists (select from delivery where edition_id = old.edition_id and variant_id = old.id) then
        raise foreign_key_violation using message = 'foreign key: letters point at a variant of ' || old.edition_id;
      end if;
      return old;
    end $$`.execute(db);
  await sql`create or replace trigger edition_kept before delete on edition
    for each row execute function refuse_to_lose_edition()`.execute(db);
  await sql`create or replace trigger edition_variant_kept before delete on edition_variant
    for each row execute function refuse_to_lose_variant()`.execute(db);
  for (const column of ['edition_id', 'variant_id'])
    await sql`alter table delivery drop constraint if exists ${sql.id(`delivery_new_${column}_fkey`)}`.execute(
      db,
    );
};
