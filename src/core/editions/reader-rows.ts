import type { SubscriberState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';

/** What the making of a letter asks of its reader. */
export interface Reader {
  id: string;
  state: SubscriberState;
  phrase: string;
}

export async function readersById(db: Db, ids: readonly string[]): Promise<Reader[]> {
  return db.selectFrom('subscriber').select(['id', 'state', 'phrase']).where('id', 'in', ids).execute();
}
