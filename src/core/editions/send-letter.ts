import type { WrittenLetter } from '../articles/written-letter.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { requireInstance } from '../platform/instance.ts';
import { type Audience, audienceReaders, countAudience } from './audience-rows.ts';
import { type Stop, stopsBefore } from './before-start.ts';
import type { Edition, Variant } from './edition.ts';
import { editionOn, takeEditionNumber } from './edition-rows.ts';
import { houseOf } from './house.ts';
import { type EditionParts, logMade } from './make-edition.ts';
import { stateWords } from './move-edition.ts';
import type { ReadersLately } from './readers-lately.ts';
import { dayIn, freeId, noteStarted, startEdition } from './start-edition.ts';

export interface PlannedLetter {
  edition: Edition;
  variants: [Variant];
  audience: Audience;
  readers: number;
}

export type LetterSent =
  | { state: 'made'; edition: Edition; recipients: number }
  | { state: 'no-readers' }
  | { state: 'stopped'; stops: Stop[] };

/** @throws AppError `not-found` where content/letters holds no sound letter of that name */
export function letterNamed({ library }: Pick<EditionParts, 'library'>, name: string): WrittenLetter {
  const letter = library.letter(name);
  if (!letter)
    throw new AppError(
      'not-found',
      `There is no sound letter "${name}" in content/letters: see "watchpost check".`,
    );
  return letter;
}

/** What a letter would say and to how many it would go now; changes nothing. */
export async function plannedLetter(
  parts: EditionParts & { db: Db | Trx },
  letter: WrittenLetter,
  lately?: ReadersLately,
): Promise<PlannedLetter> {
  const { db, clock, library } = parts;
  const { name, title, topics } = letter;
  const now = clock.now();
  const waiting = await editionOn(db, 'letter', name);
  const audience: Audience = { topics: topics.length === 0 ? 'any' : topics };
  const count = () => countAudience(db, audience);
  const readers = await (lately?.readers.of(JSON.stringify(audience), count) ?? count());
  const edition: Edition = {
    id: waiting?.id ?? (await freeId(db, `${dayIn(library.site.timeZone, now)}-letter`)),
    number: undefined,
    kind: 'letter',
    cadence: undefined,
    subject: name,
    state: 'sending',
    reason: '',
    since: isoTime(now),
    until: isoTime(now),
    lastStory: 0,
    title,
    contents: {
      stories: [],
      more: 0,
      letter: { title, markdown: library.letterMarkdown(letter) },
      house: houseOf(library.site, parts.siteUrl),
    },
  };
  const variant = { topics: topics.join(','), since: 0, alerted: '', stories: [], more: 0, readers };
  return { edition, variants: [variant], audience, readers };
}

/**
 * Sends a letter of content/letters to all readers, or to those of its topics; once.
 *
 * @throws AppError `conflict` where it went out before, is a draft, or editions are another instance's to send
 */
export async function sendLetter(
  parts: EditionParts,
  letter: WrittenLetter,
  { evenSo = false } = {},
): Promise<LetterSent> {
  await requireInstance(parts);
  await requireUnsent(parts.db, letter);
  const planned = await plannedLetter(parts, letter);
  if (planned.readers === 0) return { state: 'no-readers' };
  const stops = await stopsBefore(parts, planned.edition, planned.variants, evenSo);
  if (stops.length > 0) return { state: 'stopped', stops };
  const sent = await parts.db.transaction().execute((trx) => sendLetterIn(trx, parts, letter));
  if (sent.state === 'made') logMade(parts, sent);
  return sent;
}

async function sendLetterIn(trx: Trx, parts: EditionParts, letter: WrittenLetter): Promise<LetterSent> {
  const number = await takeEditionNumber(trx);
  await requireUnsent(trx, letter);
  const { edition, variants, audience } = await plannedLetter({ ...parts, db: trx }, letter);
  const recipients = await startEdition(trx, parts, { ...edition, number }, variants, (inside, id) =>
    audienceReaders(inside, id, audience),
  );
  await noteStarted(trx, parts, edition.id, recipients);
  return { state: 'made', edition, recipients };
}

/** @throws AppError `conflict` where it is a draft, or went out or was cancelled */
export async function requireUnsent(db: Db | Trx, { name, draft }: WrittenLetter): Promise<void> {
  if (draft) throw new AppError('conflict', `The letter "${name}" is a draft: take that line out first.`);
  const sent = await editionOn(db, 'letter', name);
  if (!sent || sent.state === 'waiting' || sent.state === 'scheduled') return;
  const at = sent.startedAt ? ` (${sent.startedAt.slice(0, 16).replace('T', ' ')} UTC)` : '';
  throw new AppError(
    'conflict',
    `The letter "${name}" ${stateWords(sent)}, as ${sent.id}${at}: a letter goes out once. A new one needs a file of its own.`,
  );
}
