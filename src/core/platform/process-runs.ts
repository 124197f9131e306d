import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { noteAct } from './audit.ts';
import { DAY, isoAfter, isoTime, MINUTE, SECOND } from './clock.ts';
import { errorWords } from './error-words.ts';
import { AppError, wordsOf } from './errors.ts';
import { isRunning } from './is-running.ts';
import { jsonAs } from './json.ts';
import type { Parts } from './parts.ts';
import {
  deleteRuns,
  insertRun,
  markAcknowledged,
  markEnded,
  markSeen,
  openRuns,
  type ProcessRunTable,
} from './process-run-rows.ts';

/** How often a process notes that it is there: how exactly it is known when one was last seen. */
const SEEN_EVERY_MS = 30 * SECOND;
/** After so long without a note it is gone, whatever has its number now. */
const GONE_MS = 3 * MINUTE;
export const RUNS_KEPT_DAYS = 90;
/** And so many at most: what ends at each start is started again every few seconds. */
const MOST_RUNS = 500;

type RunParts = Pick<Parts, 'config' | 'db' | 'clock' | 'log'>;

/** Those of this very process. */
const OWN = new Set<string>();

/** The process that this is, in the books. */
export interface ProcessRun {
  /** Leaves word of the error that ends the process, in a file: at once, as nothing waits for it any more. */
  noteError(error: unknown): void;
  /** That it ends as it should. */
  end(): Promise<void>;
}

/**
 * Writes down that a process of the site began, and how those before it ended: one that was killed, or whose machine lost
 * its power, cannot say so itself. The log says it too.
 */
export async function beginRun(parts: RunParts, job: ProcessRunTable['job']): Promise<ProcessRun> {
  const { config, db, clock, log } = parts;
  const id = randomBytes(9).toString('base64url');
  OWN.add(id);
  await noteBegin(parts, id, job);
  let seeing = Promise.resolve();
  const see = () => {
    seeing = seeing.then(() => noteSeen(parts, id));
  };
  const timer = setInterval(see, SEEN_EVERY_MS).unref();
  return {
    noteError(error) {
      const left = { id, at: isoTime(clock.now()), error: errorWords(error, config) };
      try {
        writeFileSync(path.join(config.dataDir, `crash-${id}.json`), JSON.stringify(left), { mode: 0o600 });
      } catch (fault) {
        log.error('run.error-not-kept', { message: wordsOf(fault) }); // a full disk: then it counts as killed
      }
    },
    async end() {
      clearInterval(timer);
      await seeing; // or it would be seen once more after its end
      try {
        await markEnded(db, id, { at: isoTime(clock.now()), ending: 'orderly' });
      } catch (error) {
        log.warn('run.not-noted', { message: wordsOf(error) }); // nobody is kept from ending
      }
    },
  };
}

/**
 * Where that cannot be written or read, as on a full disk, the site is served all the same: books of how it ended keep
 * nobody from it, least of all its owner, who has to get in to make room.
 */
async function noteBegin(parts: RunParts, id: string, job: ProcessRunTable['job']): Promise<void> {
  const now = isoTime(parts.clock.now());
  try {
    await insertRun(parts.db, {
      ...{ id, job, machine: thisMachine(), pid: process.pid, started_at: now, seen_at: now },
      ...{ ended_at: null, ending: null, error: null, acknowledged_at: null },
    });
    await noteGone(parts);
    await forgetOldRuns(parts);
  } catch (error) {
    parts.log.warn('run.not-noted', { message: wordsOf(error) });
  }
}

async function noteSeen(parts: RunParts, id: string): Promise<void> {
  try {
    await markSeen(parts.db, id, isoTime(parts.clock.now()));
    await noteGone(parts);
  } catch (error) {
    parts.log.warn('run.not-noted', { message: wordsOf(error) });
  }
}

const leftError = z.object({ id: z.string(), at: z.iso.datetime(), error: z.string().max(1000) });

/** What processes before have left word of. */
async function readErrors({ config, db, log }: RunParts): Promise<void> {
  for (const name of readdirSync(config.dataDir).filter((one) => /^crash-[\w-]+\.json$/.test(one))) {
    const file = path.join(config.dataDir, name);
    const left = jsonAs(leftError, readFileSync(file, 'utf8'));
    if (left && (await markEnded(db, left.id, { at: left.at, ending: 'error', error: left.error })))
      log.warn('run.ended-by-error', { at: left.at, message: left.error });
    rmSync(file, { force: true });
  }
}

/** Those that ran and are not there any more ended by the error of which they left word, or without one. */
export async function noteGone(parts: RunParts): Promise<void> {
  await readErrors(parts);
  const { db, clock, log } = parts;
  const longAgo = isoAfter(clock.now(), -GONE_MS);
  for (const run of await openRuns(db)) {
    const { id, job, started_at, seen_at } = run;
    if (seen_at >= longAgo && !isGone(run)) continue;
    if (await markEnded(db, id, { at: seen_at, ending: 'unseen' }))
      log.warn('run.ended-unseen', { job, started: started_at, seen: seen_at });
  }
}

/** Only of this machine's processes can that be known at once. */
function isGone({ machine, pid, id }: ProcessRunTable): boolean {
  if (machine !== thisMachine()) return false;
  if (pid === process.pid) return !OWN.has(id); // in a container the next process often has the same number
  return !isRunning(pid);
}

/** Where the numbers of processes mean the same: a machine, or on Linux a container of it. */
function thisMachine(): string {
  return createHash('sha256').update(`${hostname()} ${processNames()}`).digest('hex').slice(0, 16);
}

function processNames(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // no Linux: there is but one such space
  }
}

/**
 * A person has read how a process ended, or how all of them did.
 *
 * @throws AppError `not-found` where there is nothing like that to acknowledge
 */
export async function acknowledgeRuns(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
  id: string | 'all',
): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    const count = await markAcknowledged(trx, id, isoTime(parts.clock.now()));
    if (count === 0) throw new AppError('not-found', 'That was acknowledged already.');
    await noteAct(trx, parts, { act: 'run.acknowledge', subject: `run:${id}`, after: String(count) });
  });
}

export async function forgetOldRuns({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  await deleteRuns(db, isoAfter(clock.now(), -RUNS_KEPT_DAYS * DAY), MOST_RUNS);
}
