import type { Library } from '../articles/library.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { requireInstance } from '../platform/instance.ts';
import type { Parts } from '../platform/parts.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { lastDigests } from '../subscribers/told-rows.ts';
import { type Stop, stopsBefore } from './before-start.ts';
import { choosePlan } from './choose-stories.ts';
import { CADENCE_WORDS, type Edition, type Variant } from './edition.ts';
import { lastEdition, takeEditionNumber } from './edition-rows.ts';
import { houseOf } from './house.ts';
import { type Plan, requireVersion } from './plan.ts';
import { deletePlan, planOf } from './plan-rows.ts';
import type { ReadersLately } from './readers-lately.ts';
import { dayIn, freeId, noteStarted, startEdition } from './start-edition.ts';
import { numberStories } from './story.ts';
import { insertStories, knownStories } from './story-rows.ts';
import { audiences, besides, digestReaders, leastTold, type Telling } from './variant-rows.ts';
import { replaceWaiting } from './waiting-rows.ts';

export type EditionParts = Parts & { library: Library };

/** Where the first edition of a cadence begins: at everything, newest first. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

export type Made =
  | { state: 'made'; edition: Edition; recipients: number }
  /** Nothing was published since the last one, or nothing that any subscriber chose. */
  | { state: 'nothing-new'; since: string }
  | { state: 'no-subscribers' }
  /** Something is wrong with it. */
  | { state: 'stopped'; stops: Stop[] };

type Planned =
  | Exclude<Made, { state: 'made' | 'stopped' }>
  | (Extract<Made, { state: 'made' }> & {
      variants: Variant[];
      telling: Telling;
      fresh: ReturnType<typeof numberStories>['fresh'];
    });

/** How a digest is to be made where not as usual. */
export interface Making {
  /** The id of one that has waited; else it gets one of its day. */
  id?: string | undefined;
  /** In place of the one that is kept for the cadence: for a look at what it would do. */
  plan?: Plan;
  /** Only where the plan that is kept is still that of this state; see `requireVersion`. */
  version?: string | undefined;
  /** Start although something is wrong, where that is nobody's harm. */
  evenSo?: boolean | undefined;
}

/** How a digest is looked at that is not made yet. */
interface Looking extends Pick<Making, 'id' | 'plan'> {
  /** With very many readers, those of the last look will do. */
  lately?: ReadersLately | undefined;
}

/** What the next edition would hold, and for how many; changes nothing. */
export async function plannedEdition(
  parts: EditionParts & { db: Db | Trx },
  cadence: Cadence,
  now: Date,
  { id, plan, lately }: Looking = {},
): Promise<Planned> {
  const { db, library } = parts;
  const numbered = numberStories(await knownStories(db), library.articlesAt(now), now);
  const last = await lastDigests(db);
  const toldLeast = () => leastTold(db, { cadence, last });
  const least = await (lately?.least.of(`${cadence} ${JSON.stringify(last)}`, toldLeast) ?? toldLeast());
  if (least === undefined) return { state: 'no-subscribers' };
  const beside = await besides(db, least);
  const telling = { cadence, last, besides: [...new Set(beside.map(({ edition }) => edition))] };
  const before = await lastEdition(db, cadence);
  const since = before?.until ?? BEGINNING;
  const count = () => audiences(db, telling);
  const counted = await (lately?.audiences.of(JSON.stringify(telling), count) ?? count());
  const { variants, contents } = choosePlan(numbered.stories, counted, {
    beside,
    lastStory: before?.lastStory ?? 0,
    plan: plan ?? (await planOf(db, cadence)),
  });
  const lead = contents.stories.find(({ slug }) => slug === (contents.page ?? [])[0]) ?? contents.stories[0];
  if (isoTime(now) <= since || !lead || variants.length === 0) return { state: 'nothing-new', since };
  const edition: Edition = {
    id: id ?? (await freeId(db, `${dayIn(library.site.timeZone, now)}-${cadence}`)),
    number: undefined,
    kind: 'digest',
    cadence,
    state: 'sending',
    reason: '',
    since,
    until: isoTime(now),
    lastStory: numbered.last,
    title: `${library.site.title} ${CADENCE_WORDS[cadence].toLowerCase()}: ${lead.title}`,
    contents: { ...contents, house: houseOf(library.site, parts.siteUrl) },
  };
  const recipients = variants.reduce((sum, { readers }) => sum + readers, 0);
  return { state: 'made', edition, recipients, variants, telling, fresh: numbered.fresh };
}

/**
 * Makes the edition of what is new to each reader of a cadence, and a row in the outbox for each of them, in one
 * transaction. Made again at once, nobody has anything new: nothing is sent twice.
 *
 * @throws AppError `conflict` where editions are another instance's to send, or as `requireVersion`
 */
export async function makeEdition(
  parts: EditionParts,
  cadence: Cadence,
  now: Date,
  making: Making = {},
): Promise<Made> {
  await requireInstance(parts);
  const stops = await stopsOfDigest(parts, cadence, now, making);
  if (stops.length > 0) return { state: 'stopped', stops };
  const made = await parts.db.transaction().execute((trx) => makeEditionIn(trx, parts, cadence, now, making));
  logMade(parts, made);
  return made;
}

/** What keeps the digest that would be made now from starting; before the transaction, as it takes its time. */
export async function stopsOfDigest(
  parts: EditionParts,
  cadence: Cadence,
  now: Date,
  making: Making = {},
): Promise<Stop[]> {
  const planned = await plannedEdition(parts, cadence, now, making);
  if (planned.state !== 'made') return [];
  return stopsBefore(parts, planned.edition, planned.variants, making.evenSo ?? false);
}

/** The same within a transaction of the caller's, unlooked at. */
export async function makeEditionIn(
  trx: Trx,
  parts: EditionParts,
  cadence: Cadence,
  now: Date,
  making: Making = {},
): Promise<Exclude<Made, { state: 'stopped' }>> {
  const number = await takeEditionNumber(trx); // first: of two at once, the second sees what the first has made
  if (making.version !== undefined) await requireVersion(trx, cadence, making.version);
  const planned = await plannedEdition({ ...parts, db: trx }, cadence, now, making);
  if (planned.state !== 'made') return planned;
  const edition = { ...planned.edition, number };
  const at = isoTime(parts.clock.now());
  await insertStories(trx, planned.fresh, at);
  const recipients = await startEdition(trx, parts, edition, planned.variants, (inside, id) =>
    digestReaders(inside, id, planned.telling),
  );
  await deletePlan(trx, cadence);
  await replaceWaiting(trx, cadence, edition.id, at);
  await noteStarted(trx, parts, edition.id, recipients);
  return { state: 'made', edition, recipients };
}

export function logMade({ log }: Pick<Parts, 'log'>, made: Made | undefined): void {
  if (made?.state === 'made')
    log.info('edition.made', { edition: made.edition.id, recipients: made.recipients });
}
