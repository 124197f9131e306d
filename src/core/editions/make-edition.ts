import type { Library } from '../articles/library.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { Parts } from '../platform/parts.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { lastDigests } from '../subscribers/told-rows.ts';
import { choosePlan } from './choose-stories.ts';
import { CADENCE_WORDS, type Edition, type Variant } from './edition.ts';
import { editionById, insertEdition, lastEdition, takeEditionNumber } from './edition-rows.ts';
import { houseOf } from './house.ts';
import { numberStories } from './story.ts';
import { insertStories, knownStories } from './story-rows.ts';
import {
  alertsSince,
  audiences,
  insertDigestDeliveries,
  insertVariant,
  type Telling,
} from './variant-rows.ts';

export type EditionParts = Parts & { library: Library };

/** Where the first edition of a cadence begins: at everything, newest first. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

export type Made =
  | { state: 'made'; edition: Edition; recipients: number }
  /** Nothing was published since the last one, or nothing that any subscriber chose. */
  | { state: 'nothing-new'; since: string }
  | { state: 'no-subscribers' };

type Planned =
  | Exclude<Made, { state: 'made' }>
  | (Extract<Made, { state: 'made' }> & {
      variants: Variant[];
      telling: Telling;
      fresh: ReturnType<typeof numberStories>['fresh'];
    });

/** What the next edition would hold, and for how many; changes nothing. */
export async function plannedEdition(
  parts: EditionParts & { db: Db | Trx },
  cadence: Cadence,
  now: Date,
): Promise<Planned> {
  const { db, library } = parts;
  const numbered = numberStories(await knownStories(db), library.articlesAt(now), now);
  const last = await lastDigests(db);
  const oldest = Math.min(...Object.values(last).map(({ told_story }) => told_story));
  const alerted = await alertsSince(db, oldest);
  const telling = { cadence, last, alerts: alerted.map(({ edition }) => edition) };
  const groups = await audiences(db, telling);
  if (groups.length === 0) return { state: 'no-subscribers' };
  const before = await lastEdition(db, cadence);
  const since = before?.until ?? BEGINNING;
  const { variants, contents } = choosePlan(numbered.stories, groups, alerted, before?.lastStory ?? 0);
  const lead = contents.stories.find(({ slug }) => slug === (contents.page ?? [])[0]) ?? contents.stories[0];
  if (isoTime(now) <= since || !lead || variants.length === 0) return { state: 'nothing-new', since };
  const edition: Edition = {
    id: await freeId(db, `${dayIn(library.site.timeZone, now)}-${cadence}`),
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
 */
export async function makeEdition(parts: EditionParts, cadence: Cadence, now: Date): Promise<Made> {
  const made = await parts.db.transaction().execute((trx) => makeEditionIn(trx, parts, cadence, now));
  if (made.state === 'made')
    parts.log.info('edition.made', { edition: made.edition.id, recipients: made.recipients });
  return made;
}

/** The same within a transaction of the caller's. */
export async function makeEditionIn(
  trx: Trx,
  parts: EditionParts,
  cadence: Cadence,
  now: Date,
): Promise<Made> {
  const number = await takeEditionNumber(trx); // first: of two at once, the second sees what the first has made
  const planned = await plannedEdition({ ...parts, db: trx }, cadence, now);
  if (planned.state !== 'made') return planned;
  const edition = { ...planned.edition, number };
  const at = isoTime(parts.clock.now());
  await insertStories(trx, planned.fresh, at);
  await insertEdition(trx, edition, { created_at: at, started_at: at });
  for (const variant of planned.variants) await insertVariant(trx, edition.id, variant);
  const recipients = await insertDigestDeliveries(trx, edition, planned.telling, {
    host: parts.siteUrl.hostname,
    now: at,
  });
  await recordPageChange(trx, parts.clock, ['editions']);
  return { state: 'made', edition, recipients };
}

async function freeId(db: Db | Trx, wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!(await editionById(db, id))) return id;
  }
}

/** `2026-11-24`, as the calendar on the site's wall says. */
function dayIn(timeZone: string, now: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now);
}
