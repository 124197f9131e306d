import type { Db } from '../platform/db.ts';

/** The latest time that an act or a use of a session was written down; undefined where there is neither. UTC text. */
export async function latestTime(db: Db): Promise<string | undefined> {
  const act = await db.selectFrom('audit').select('at').orderBy('id', 'desc').limit(1).executeTakeFirst();
  const session = await db
    .selectFrom('session')
    .select(({ fn }) => fn.max('seen_at').as('at'))
    .executeTakeFirst();
  return [act?.at, session?.at]
    .filter((at) => typeof at === 'string')
    .sort()
    .at(-1);
}
