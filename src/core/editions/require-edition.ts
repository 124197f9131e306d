import type { Db } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Edition } from './edition.ts';
import { editionById } from './edition-rows.ts';

/** @throws AppError `not-found` */
export async function requireEdition(db: Db, id: string): Promise<Edition> {
  const edition = await editionById(db, id);
  if (!edition) throw new AppError('not-found', `There is no edition "${id}": see "watchpost editions".`);
  return edition;
}
