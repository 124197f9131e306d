import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { requireInstance } from '../platform/instance.ts';
import { alertRank } from '../subscribers/subscriber.ts';
import { lastDigests } from '../subscribers/told-rows.ts';
import { type AlertSubject, subjectKey } from './alert.ts';
import { type Audience, audienceReaders, countAudience, countKnowing } from './audience-rows.ts';
import { type Stop, stopsBefore } from './before-start.ts';
import type { Edition, Variant } from './edition.ts';
import { editionOn, takeEditionNumber } from './edition-rows.ts';
import { houseOf } from './house.ts';
import type { EditionParts } from './make-edition.ts';
import { stateWords } from './move-edition.ts';
import type { ReadersLately } from './readers-lately.ts';
import { dayIn, freeId, noteStarted, startEdition } from './start-edition.ts';
import { numberStories, storyOf } from './story.ts';
import { insertStories, knownStories } from './story-rows.ts';
import { besides } from './variant-rows.ts';

export interface PlannedAlert {
  edition: Edition;
  /** Their text is one; of an update, who knows the story already has a variant of their own. */
  variants: Variant[];
  audience: Audience;
  readers: number;
  fresh: ReturnType<typeof numberStories>['fresh'];
}

export type AlertSent =
  | { state: 'made'; edition: Edition; recipients: number }
  | { state: 'no-readers' }
  | { state: 'stopped'; stops: Stop[] };

/**
 * An article, or an update of it, that a person asks to tell of at once.
 *
 * @throws AppError `not-found` (no such article), `invalid` (without a severity or an update)
 */
export function alertSubject(
  { library, clock }: Pick<EditionParts, 'library' | 'clock'>,
  slug: string,
  isUpdate: boolean,
): AlertSubject {
  const article = library.article(slug);
  if (!article) throw new AppError('not-found', `There is no published article "${slug}".`);
  const { severity, updates } = article;
  if (!severity)
    throw new AppError(
      'invalid',
      `"${slug}" has no severity, by which readers choose their alerts: give it one.`,
    );
  const update = updates.find(({ at }) => at <= isoTime(clock.now()));
  if (isUpdate && !update) throw new AppError('invalid', `"${slug}" has no update to tell of.`);
  return { article: { ...article, severity }, ...(isUpdate ? { update } : {}) };
}

/**
 * What an alert would say and to how many it would go now; changes nothing.
 *
 * @param lately with very many readers, the count of the last look will do
 */
export async function plannedAlert(
  parts: EditionParts & { db: Db | Trx },
  subject: AlertSubject,
  lately?: ReadersLately,
): Promise<PlannedAlert> {
  const { db, clock, library } = parts;
  const { article, update } = subject;
  const now = clock.now();
  const numbered = numberStories(await knownStories(db), library.articlesAt(now), now);
  const number = numbered.stories.find(({ slug }) => slug === article.slug)?.number;
  const audience = await audienceOf(db, subject, number);
  const count = () => countAudience(db, audience);
  const readers = await (lately?.readers.of(JSON.stringify(audience), count) ?? count());
  const edition: Edition = {
    id: await freeId(db, `${dayIn(library.site.timeZone, now)}-alert`),
    number: undefined,
    kind: 'alert',
    cadence: undefined,
    subject: subjectKey(subject),
    state: 'sending',
    reason: '',
    since: isoTime(now),
    until: isoTime(now),
    lastStory: number ?? 0,
    title: update ? `${article.title}: an update` : article.title,
    contents: {
      stories: [storyOf(article)],
      more: 0,
      ...(update ? { update } : {}),
      house: houseOf(library.site, parts.siteUrl),
    },
  };
  const since = number === undefined ? 0 : number - 1;
  const variant = { topics: '', since, alerted: '', stories: [article.slug], more: 0, readers };
  const knowing = update && number !== undefined ? await countKnowing(db, audience, audience.alert.known) : 0;
  const variants =
    knowing === 0
      ? [variant]
      : [
          { ...variant, since: since + 1, readers: knowing },
          ...(knowing < readers ? [{ ...variant, readers: readers - knowing }] : []),
        ];
  return { edition, variants, audience, readers, fresh: numbered.fresh };
}

/**
 * Tells of an article or an update at once: whoever asked for alerts of its severity and topics, and has not been told.
 *
 * @throws AppError `conflict` where that was done before, or editions are another instance's to send
 */
export async function sendAlert(
  parts: EditionParts,
  subject: AlertSubject,
  { evenSo = false } = {},
): Promise<AlertSent> {
  await requireInstance(parts);
  await requireUntold(parts.db, subject);
  const planned = await plannedAlert(parts, subject);
  if (planned.readers === 0) return { state: 'no-readers' };
  const stops = await stopsBefore(parts, planned.edition, planned.variants, evenSo);
  if (stops.length > 0) return { state: 'stopped', stops };
  const sent = await parts.db.transaction().execute((trx) => sendAlertIn(trx, parts, subject));
  if (sent.state === 'made')
    parts.log.info('edition.made', { edition: sent.edition.id, recipients: sent.recipients });
  return sent;
}

async function sendAlertIn(trx: Trx, parts: EditionParts, subject: AlertSubject): Promise<AlertSent> {
  const number = await takeEditionNumber(trx);
  await requireUntold(trx, subject);
  const { edition, variants, audience, readers, fresh } = await plannedAlert({ ...parts, db: trx }, subject);
  if (readers === 0) return { state: 'no-readers' };
  await insertStories(trx, fresh, isoTime(parts.clock.now()));
  const recipients = await startEdition(trx, parts, { ...edition, number }, variants, (inside, id) =>
    audienceReaders(inside, id, audience),
  );
  await noteStarted(trx, parts, edition.id, recipients);
  return { state: 'made', edition, recipients };
}

async function audienceOf(
  db: Db | Trx,
  { article, update }: AlertSubject,
  number: number | undefined,
): Promise<Audience & { alert: NonNullable<Audience['alert']> }> {
  const last = await lastDigests(db);
  const beside = number === undefined ? [] : await besides(db, number - 1);
  const known = {
    story: number === undefined ? undefined : { number, last },
    besides: beside.filter(({ stories }) => stories.includes(article.slug)).map(({ variant }) => variant),
  };
  const alert = update && (await editionOn(db, 'alert', article.slug));
  return {
    topics: article.topics,
    alert: {
      rank: alertRank(article.severity),
      known,
      ...(update ? { update: { of: alert ? [alert.id] : [] } } : {}),
    },
  };
}

async function requireUntold(db: Db | Trx, subject: AlertSubject): Promise<void> {
  const told = await editionOn(db, 'alert', subjectKey(subject));
  if (!told) return;
  const at = told.startedAt?.slice(0, 16).replace('T', ' ');
  throw new AppError(
    'conflict',
    `The alert ${told.id} about it went out at ${at} UTC and ${stateWords(told)}: nobody is told twice.`,
  );
}
