import type { Library } from '../articles/library.ts';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { Parts } from '../platform/parts.ts';
import { type Cadence, topicsOf } from '../subscribers/subscriber.ts';
import { audiences } from '../subscribers/subscriber-rows.ts';
import { CADENCE_WORDS, type Edition, type EditionContents, storiesFor } from './edition.ts';
import { editionById, insertDeliveries, insertEdition, lastEdition, sentArticles } from './edition-rows.ts';

export type EditionParts = Parts & { library: Library };

/** The most stories that one digest holds: beyond that, a letter is cut off by mail providers. */
const MOST_STORIES = 12;
/** An article that is filed late, dated before the last edition, still gets into the next within this time. */
const LATE_FILING_MS: Record<Cadence, number> = { daily: 2 * DAY, weekly: 7 * DAY, monthly: 31 * DAY };
/** Where the first edition of a cadence begins: at everything, newest first. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

export type Made =
  | { state: 'made'; edition: Edition; recipients: number }
  /** Nothing was published since the last one, or nothing that any subscriber chose. */
  | { state: 'nothing-new'; since: string }
  | { state: 'no-subscribers' };

/** What the next edition would hold, and for how many; changes nothing. */
export async function plannedEdition(
  parts: EditionParts & { db: Db | Trx },
  cadence: Cadence,
  now: Date,
): Promise<Made> {
  const { db, library } = parts;
  const groups = await audiences(db, cadence);
  if (groups.length === 0) return { state: 'no-subscribers' };
  const last = await lastEdition(db, cadence);
  const since = last?.until ?? BEGINNING;
  const until = isoTime(now);
  const from = last ? isoAfter(new Date(last.until), -LATE_FILING_MS[cadence]) : BEGINNING;
  const sent = await sentArticles(db, cadence);
  const fresh = library
    .articlesAt(now)
    .filter((article) => article.published > from && !sent.has(article.slug));
  const contents: EditionContents = {
    stories: fresh
      .slice(0, MOST_STORIES)
      .map(({ slug, path, title, dek, published, topics, severity, status }) => ({
        ...{ slug, path, title, dek, published, topics },
        ...(severity ? { severity } : {}),
        ...(status ? { status } : {}),
      })),
    more: Math.max(0, fresh.length - MOST_STORIES),
  };
  const wanted = groups.filter((group) => storiesFor(contents, topicsOf(group.topics)).length > 0);
  const lead = contents.stories[0];
  if (until <= since || !lead || wanted.length === 0) return { state: 'nothing-new', since };
  const id = await freeId(db, `${dayIn(library.site.timeZone, now)}-${cadence}`);
  const title = `${library.site.title} ${CADENCE_WORDS[cadence].toLowerCase()}: ${lead.title}`;
  return {
    state: 'made',
    edition: { id, cadence, since, until, title, contents },
    recipients: wanted.reduce((sum, group) => sum + group.count, 0),
  };
}

/**
 * Makes the edition of what was published since the last one of its cadence, and a row in the outbox for each of
 * its readers, in one transaction. Made again for the same window it is the same edition: nothing is sent twice.
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
  const planned = await plannedEdition({ ...parts, db: trx }, cadence, now);
  if (planned.state !== 'made') return planned;
  const { edition } = planned;
  const createdAt = isoTime(parts.clock.now());
  if (!(await insertEdition(trx, edition, createdAt))) return { state: 'nothing-new', since: edition.until };
  let recipients = 0;
  for (const { topics } of await audiences(trx, cadence)) {
    if (storiesFor(edition.contents, topicsOf(topics)).length === 0) continue;
    recipients += await insertDeliveries(trx, edition, topics, parts.siteUrl.hostname, createdAt);
  }
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
