import { isAlive, newOwner } from '../mail/owner.ts';
import { noteAct } from '../platform/audit.ts';
import { isoTime, SECOND } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { replaceSetting, settingValue, writeSetting } from '../platform/settings.ts';

/** What is played, in its order. */
export const SCENES = ['akismet-silent', 'relay-refusing', 'passkey-lost', 'disk-full'] as const;
export type SceneName = (typeof SCENES)[number];

/** Something that had to be true, and whether it was. */
export interface Held {
  words: string;
  isTrue: boolean;
}

/** What somebody saw: the words of a page of the scratch copy, and where the whole page is kept. */
export interface Seen {
  by: 'readers' | 'writer';
  /** What they did to see it. */
  did: string;
  status: number;
  /** The words of the page, shortened. */
  words: string;
  /** Among the kept pages; undefined where it is not kept. */
  page?: string;
}

/** How one scene went. */
export interface ScenePlayed {
  scene: SceneName;
  /** `not-played`: the site lacks what it needs, such as an article; `why` says what. */
  outcome: 'held' | 'broken' | 'not-played';
  why?: string;
  /** What was done, in order. */
  done: string[];
  held: Held[];
  seen: Seen[];
  /** Milliseconds. */
  took: number;
}

/** One drill, as it is kept. */
export interface Drill {
  /** UTC text. */
  at: string;
  who: string;
  /** Milliseconds. */
  took: number;
  scenes: ScenePlayed[];
  /** Why it did not come to its end, in words. */
  failed?: string;
}

/** One that is being played. */
export interface RunningDrill {
  at: string;
  who: string;
  /** The process that plays it. */
  owner: string;
  /** Which scene it is at; undefined before the first. */
  scene?: SceneName;
}

/** The pages of the last drill, by name. */
export type DrillPages = Record<string, string>;

const LAST = 'drill';
const PAGES = 'drill-pages';
const RUNNING = 'drill-running';

/** The longest that one may take; what has not ended by then is ended. */
export const DRILL_MS = 60 * SECOND;
/** After so long nobody plays it any more, also where its process cannot be looked for, as it was on another machine. */
const ABANDONED_MS = DRILL_MS + 30 * SECOND;

/** Whether it came to its end, and the house rule held in everything that could be played. */
export function ruleHeld({ scenes, failed }: Drill): boolean {
  return failed === undefined && scenes.every(({ outcome }) => outcome !== 'broken');
}

export async function lastDrill(db: Db): Promise<Drill | undefined> {
  return parsed<Drill>(await settingValue(db, LAST));
}

/** A page of the last drill, as a reader or the writer saw it there. */
export async function drillPage(db: Db, name: string): Promise<string | undefined> {
  const pages = parsed<DrillPages>(await settingValue(db, PAGES)) ?? {};
  return Object.hasOwn(pages, name) ? pages[name] : undefined;
}

export async function runningDrill({
  db,
  clock,
}: Pick<Parts, 'db' | 'clock'>): Promise<RunningDrill | undefined> {
  const running = parsed<RunningDrill>(await settingValue(db, RUNNING));
  return running && isGoingOn(running, clock.now()) ? running : undefined;
}

/**
 * Says that a drill is being played now, whoever looks from whichever process.
 *
 * @throws AppError `conflict` where one is being played
 */
export async function claimDrill(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
): Promise<RunningDrill> {
  const { db, clock, who = 'console' } = parts;
  const now = clock.now();
  const claimed: RunningDrill = { at: isoTime(now), who, owner: newOwner() };
  await db.transaction().execute(async (trx) => {
    const before = await settingValue(trx, RUNNING);
    const other = parsed<RunningDrill>(before);
    const isFree = other === undefined || !isGoingOn(other, now);
    if (!isFree || !(await replaceSetting(trx, RUNNING, before, JSON.stringify(claimed))))
      throw new AppError('conflict', 'A drill is being played already. Wait until it has ended.');
    await noteAct(trx, parts, { act: 'drill.play', subject: 'drill' });
  });
  return claimed;
}

/** It could not be begun: the next may be. */
export async function dropClaim(db: Db): Promise<void> {
  await writeSetting(db, RUNNING, '');
}

/** Says which scene it is at. */
export async function noteScene(db: Db, running: RunningDrill, scene: SceneName): Promise<void> {
  await writeSetting(db, RUNNING, JSON.stringify({ ...running, scene }));
}

/** Keeps how it went in place of the one before, and lets the next begin. */
export async function keepDrill(db: Db, drill: Drill, pages: DrillPages): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await writeSetting(trx, LAST, JSON.stringify(drill));
    await writeSetting(trx, PAGES, JSON.stringify(pages));
    await writeSetting(trx, RUNNING, '');
  });
}

function isGoingOn({ at, owner }: RunningDrill, now: Date): boolean {
  return now.getTime() - Date.parse(at) < ABANDONED_MS && isAlive(owner);
}

/** These settings are written here alone. */
function parsed<T>(text: string | undefined): T | undefined {
  return text ? (JSON.parse(text) as T) : undefined;
}
