import type { DeliveryState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import { type LetterOf, lettersIn, type Place } from './letters-of-rows.ts';
import { reasonOf } from './refusal-reason.ts';

export const LETTERS_PAGE = 50;
/** So many are looked at for one page, where only some reason is wanted. */
const LOOKED_AT = 5000;
const AT_ONCE = 500;

export interface LettersOf {
  edition: string;
  state: DeliveryState;
  domain?: string | undefined;
  /** As reasonOf gives it. */
  reason?: string | undefined;
}

/**
 * Letters of an edition in one state, one by one, by domain; a page of them.
 *
 * @param after the `next` of the page before
 * @returns `next`: where it goes on; `isPart`: few fitted of those that were looked at, and there are more
 */
export async function lettersOf(
  db: Db,
  { reason, ...wanted }: LettersOf,
  after?: string,
): Promise<{ letters: LetterOf[]; next: string | undefined; isPart: boolean }> {
  const letters: LetterOf[] = [];
  let place = placeOf(after);
  const most = reason === undefined ? LETTERS_PAGE : AT_ONCE;
  for (let looked = 0; looked < LOOKED_AT; looked += most) {
    const found = await lettersIn(db, { ...wanted, after: place, most });
    for (const letter of found) {
      if (reason !== undefined && reasonOf(letter.reply ?? '') !== reason) continue;
      letters.push(letter);
      if (letters.length === LETTERS_PAGE) return { letters, next: textOf(letter), isPart: false };
    }
    const last = found.at(-1);
    if (!last || found.length < most) return { letters, next: undefined, isPart: false };
    place = last;
  }
  return { letters, next: place && textOf(place), isPart: true };
}

function textOf({ id, domain }: Place): string {
  return `${id}.${domain}`;
}

function placeOf(text: string | undefined): Place | undefined {
  const [, id, domain] = /^(\d{1,15})\.(.*)$/.exec(text ?? '') ?? [];
  return id !== undefined && domain !== undefined ? { id: Number(id), domain } : undefined;
}
