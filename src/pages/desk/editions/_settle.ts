import type { App } from '#core/app.ts';
import { decideUncertain, MOST_SETTLED, settleLetters, takeBackWord } from '#core/editions/settle-letters.ts';
import { uncertainLetters, type Word } from '#core/editions/uncertain-rows.ts';
import { counted } from '../../../components/wording.ts';
import type { Form } from '../../_form.ts';
import type { Done } from './_act.ts';

/** Acts on letters of which nobody knows whether they arrived. */
const WORDS: Record<string, Word> = {
  sent: 'sent',
  again: 'again',
  'some-sent': 'sent',
  'some-again': 'again',
  'not-sent': 'sent',
  'not-again': 'again',
};

/**
 * Does what a form asks for about uncertain letters: all of an edition, those that are ticked, or a word taken back.
 *
 * @returns undefined where the act is none of these
 * @throws AppError as the core's own
 */
export async function settledBy(app: App, form: Form): Promise<Done | undefined> {
  const action = form.text('action');
  const id = form.text('id');
  const word = Object.hasOwn(WORDS, action) ? WORDS[action] : undefined;
  if (!word) return undefined;
  const ticked = form.texts('letter').map(Number);
  if (action.startsWith('not-')) {
    const count = await takeBackWord(app, id, ticked, word);
    const rest = ticked.length - count;
    const gone = rest > 0 ? ` ${counted(rest, 'letter')} went out meanwhile.` : '';
    return { kind: 'good', title: `Taken back: ${counted(count, 'letter')} uncertain again.${gone}` };
  }
  const letters = action.startsWith('some-') ? ticked : await all(app, id);
  // Too many to be named, or none: the core says what there is to say.
  if (!letters) return { kind: 'good', title: wordsOf(await decideUncertain(app, id, word), word) };
  const count = await settleLetters(app, id, letters, word);
  return { kind: 'good', title: wordsOf(count, word), undo: { action: `not-${word}`, letters } };
}

/** Undefined where they are too many to be taken back together, or none. */
async function all({ db }: App, id: string): Promise<number[] | undefined> {
  const letters = await uncertainLetters(db, id, MOST_SETTLED + 1);
  const isSome = letters.length > 0 && letters.length <= MOST_SETTLED;
  return isSome ? letters.map((letter) => letter.id) : undefined;
}

function wordsOf(count: number, word: Word): string {
  return `${counted(count, 'letter')} ${word === 'sent' ? 'counted as sent.' : 'will be sent again.'}`;
}
