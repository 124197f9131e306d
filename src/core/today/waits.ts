import type { Library } from '../articles/library.ts';
import { alertSuggestions } from '../editions/alert-suggestions.ts';
import { numberWords } from '../editions/progress-words.ts';
import type { Parts } from '../platform/parts.ts';
import type { Remembered } from '../platform/remembered.ts';
import { heldWords, MOST_COUNTED, uncheckedWords } from './live-state.ts';
import { commentsIn, editionsToDecide, uncertainEditions } from './today-rows.ts';

/** Something that waits for a decision; or, where it is not for `you`, for something else. */
export interface Waiting {
  kind: 'held' | 'unchecked' | 'alert' | 'edition' | 'uncertain';
  title: string;
  text: string;
  /** Since when the oldest of it waits, in UTC text. */
  oldest?: string | undefined;
  link: { href: string; words: string };
}

type WaitParts = Parts & { library: Library; readerCounts: Remembered<number> };

/** What waits, each in words with the next step. */
export async function whatWaits(parts: WaitParts): Promise<Waiting[]> {
  return [
    ...(await alerts(parts)),
    ...(await editions(parts)),
    ...(await uncertain(parts)),
    ...(await comments(parts)),
  ];
}

async function comments({ db }: WaitParts): Promise<Waiting[]> {
  const held = await commentsIn(db, 'held', MOST_COUNTED);
  const unchecked = await commentsIn(db, 'unchecked', MOST_COUNTED);
  const found: Waiting[] = [];
  if (held.count > 0)
    found.push({
      ...{ kind: 'held', title: heldWords(held.count), text: '', oldest: held.oldest },
      link: { href: '/desk/comments/', words: 'Decide about them' },
    });
  if (unchecked.count > 0)
    found.push({
      ...{ kind: 'unchecked', title: uncheckedWords(unchecked.count), oldest: unchecked.oldest },
      text: 'They are asked about by themselves.',
      link: { href: '/desk/comments/?state=unchecked', words: 'See them' },
    });
  return found;
}

async function alerts(parts: WaitParts): Promise<Waiting[]> {
  return (await alertSuggestions(parts)).map(({ article, update, readers }) => ({
    kind: 'alert',
    title: `Send now to ${readers === 1 ? '1 reader' : `${numberWords(readers)} readers`}?`,
    text: update ? `${article.title}, an update.` : `${article.title}.`,
    oldest: update?.at ?? article.published,
    link: { href: '/desk/editions/', words: 'Decide about the alert' },
  }));
}

async function editions({ db }: WaitParts): Promise<Waiting[]> {
  return (await editionsToDecide(db)).map(({ id, title, reason }) => ({
    ...{ kind: 'edition', title, text: reason },
    link: { href: `/desk/editions/${id}/`, words: 'Decide about the edition' },
  }));
}

async function uncertain({ db }: WaitParts): Promise<Waiting[]> {
  return (await uncertainEditions(db)).map(({ id, title, count }) => ({
    kind: 'uncertain',
    title: `Nobody knows whether ${count === 1 ? '1 letter' : `${numberWords(count)} letters`} arrived`,
    text: `${title}.`,
    link: { href: `/desk/editions/${id}/`, words: 'Decide about these letters' },
  }));
}
