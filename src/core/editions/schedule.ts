import { HOUR, isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { isOurInstance } from '../platform/instance.ts';
import { advanceSetting, settingValue } from '../platform/settings.ts';
import { CADENCES, type Cadence } from '../subscribers/subscriber.ts';
import { type Stop, stopsWords } from './before-start.ts';
import { CADENCE_WORDS } from './edition.ts';
import {
  type EditionParts,
  logMade,
  type Made,
  makeEditionIn,
  plannedEdition,
  stopsOfDigest,
} from './make-edition.ts';
import { clearPlanTime, planOf } from './plan-rows.ts';
import { lastSlot } from './slots.ts';
import { dayIn, freeId } from './start-edition.ts';
import { insertWaiting, replaceWaiting } from './waiting-rows.ts';

/**
 * Makes the editions whose hour has come. An hour that passed while nothing ran is made up for, within reason; beyond
 * it, and where something is wrong with the edition, it waits for a person.
 */
export async function makeDueEditions(parts: EditionParts): Promise<void> {
  if (!(await isOurInstance(parts))) return;
  for (const cadence of CADENCES) {
    const hour = await dueHour(parts, cadence);
    if (!hour) continue;
    const { isLate, now } = hour;
    const stops = isLate ? [] : await stopsOfDigest(parts, cadence, now);
    logOutcome(parts, hour, await parts.db.transaction().execute((trx) => takeHour(trx, parts, hour, stops)));
  }
}

interface Hour {
  cadence: Cadence;
  due: Date;
  /** The schedule's hour, where that is to be taken. */
  slot: Date | undefined;
  isLate: boolean;
  now: Date;
}

/** It waits for a person. */
type Waits = { state: 'late' | 'stopped'; edition: string; reason: string };
type Outcome = Made | Waits;

/** An hour that has come and that nobody has taken: the schedule's, or one that an editor chose. */
async function dueHour({ db, library, clock }: EditionParts, cadence: Cadence): Promise<Hour | undefined> {
  const now = clock.now();
  const { site } = library;
  const slot = lastSlot(site, cadence, now);
  const isSlot = ((await settingValue(db, slotSetting(cadence))) ?? '') < isoTime(slot);
  const own = (await planOf(db, cadence))?.dueAt ?? '';
  const hours = [...(isSlot ? [isoTime(slot)] : []), ...(own !== '' && own <= isoTime(now) ? [own] : [])];
  const newest = hours.sort().at(-1);
  if (newest === undefined) return undefined;
  const due = new Date(newest);
  const isLate = now.getTime() - due.getTime() > site.newsletter.latestHours * HOUR;
  return { cadence, due, slot: isSlot ? slot : undefined, isLate, now };
}

/** One worker takes an hour; the edition and the note that its hour is over are one transaction. */
async function takeHour(
  trx: Trx,
  parts: EditionParts,
  hour: Hour,
  stops: readonly Stop[],
): Promise<Outcome | undefined> {
  const { cadence, slot, isLate, now } = hour;
  // The first time it is only noted: what was due before the site began is not.
  if (slot && (await advanceSetting(trx, slotSetting(cadence), isoTime(slot))) !== 'moved') return undefined;
  const own = (await planOf(trx, cadence))?.dueAt;
  if (own !== undefined && own > isoTime(now)) return undefined; // it goes out then, and not by the schedule
  const isOwn = own !== undefined && (await clearPlanTime(trx, cadence, own));
  if (!slot && !isOwn) return undefined; // another worker has taken it
  if (isLate) return askForWord(trx, parts, hour, 'late', lateWords(parts, hour));
  if (stops.length > 0) return askForWord(trx, parts, hour, 'stopped', stopsWords(stops));
  return makeEditionIn(trx, parts, cadence, now);
}

/** Leaves the digest of an hour to a person: `watchpost digest approve`, or the desk. */
async function askForWord(
  trx: Trx,
  parts: EditionParts,
  { cadence, due, now }: Hour,
  why: Waits['state'],
  reason: string,
): Promise<Waits | undefined> {
  const { clock, library } = parts;
  const { site } = library;
  if ((await plannedEdition({ ...parts, db: trx }, cadence, now)).state !== 'made') return undefined;
  const id = await freeId(trx, `${dayIn(site.timeZone, due)}-${cadence}`);
  const created_at = isoTime(clock.now());
  const title = `${site.title} ${CADENCE_WORDS[cadence].toLowerCase()}`;
  await insertWaiting(trx, { id, kind: 'digest', cadence, title, reason, due_at: isoTime(due), created_at });
  await replaceWaiting(trx, cadence, id, created_at);
  return { state: why, edition: id, reason };
}

function lateWords({ library }: EditionParts, { due, now }: Hour): string {
  const hours = Math.floor((now.getTime() - due.getTime()) / HOUR);
  return `It was due ${hours} hours ago, while nothing ran; later than ${library.site.newsletter.latestHours} hours it is not sent by itself.`;
}

function logOutcome({ log, library }: EditionParts, hour: Hour, outcome: Outcome | undefined): void {
  if (!outcome || !('reason' in outcome)) {
    logMade({ log }, outcome);
    return;
  }
  const { edition, reason } = outcome;
  const facts = { edition, cadence: hour.cadence, due: isoTime(hour.due) };
  if (outcome.state === 'late')
    log.warn('edition.late', { ...facts, latestHours: library.site.newsletter.latestHours });
  else log.error('edition.stopped', { ...facts, reason });
}

function slotSetting(cadence: Cadence): string {
  return `schedule.${cadence}`;
}
