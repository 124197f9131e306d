import { statfs } from 'node:fs/promises';
import type { Library } from '../articles/library.ts';
import { numberWords } from '../editions/progress-words.ts';
import { relayAway } from '../mail/relay-health.ts';
import { MINUTE } from '../platform/clock.ts';
import { instanceOf, instanceWords, lastSeenAtWork } from '../platform/instance.ts';
import type { Parts } from '../platform/parts.ts';
import { unacknowledgedRuns } from '../platform/process-run-rows.ts';
import { readFilterHealth } from '../spam/filter-health.ts';
import { FILTER_STEPS, SILENCE_WORDS } from '../spam/filter-words.ts';
import { backup, certificate, clockOff, records } from './upkeep-wrong.ts';

/** Something that is not as it should be, and what to do about it. */
export interface Wrong {
  kind:
    | 'instance'
    | 'worker'
    | 'relay'
    | 'filter'
    | 'filter-word'
    | 'disk'
    | 'content'
    | 'records'
    | 'clock'
    | 'certificate'
    | 'backup'
    | 'ended'
    | 'more-content';
  /** `critical`: something stands still or is about to. */
  level: 'critical' | 'attention';
  title: string;
  text: string;
  /** Since when it is so, or when it was seen; UTC text. */
  since?: string | undefined;
  link?: { href: string; words: string };
}

export type WrongParts = Parts & { library: Library; spam: unknown };

/** A worker says once a minute that it is at work. */
const WORKER_AWAY_MS = 5 * MINUTE;
const GIGABYTE = 1024 ** 3;
/** From here on less is free than a busy site writes in some days; and than a database needs to go on. */
const DISK_LOW = GIGABYTE;
const DISK_FULL = GIGABYTE / 5;
const MOST_FILES = 20;

/** What is wrong, as far as this installation knows without asking anybody: the worst first. */
export async function whatIsWrong(parts: WrongParts): Promise<Wrong[]> {
  const instance = await elsewhere(parts);
  const found = [
    ...instance,
    ...(instance.length === 0 ? await worker(parts) : []),
    ...(await disk(parts)),
    ...(await relay(parts)),
    ...(await filter(parts)),
    ...content(parts),
    ...(await backup(parts)),
    ...(await clockOff(parts)),
    ...(await records(parts)),
    ...(await certificate(parts)),
    ...(await ended(parts)),
  ];
  return found.sort((a, b) => Number(b.level === 'critical') - Number(a.level === 'critical'));
}

async function elsewhere(parts: WrongParts): Promise<Wrong[]> {
  const instance = await instanceOf(parts);
  if (instance.state === 'ours') return [];
  return [
    {
      ...{ kind: 'instance', level: 'critical', title: 'No edition is sent from here.' },
      text: instanceWords(instance),
    },
  ];
}

async function worker(parts: WrongParts): Promise<Wrong[]> {
  const since = await lastSeenAtWork(parts);
  const now = parts.clock.now().getTime();
  if (since !== undefined && now - Date.parse(since) < WORKER_AWAY_MS) return [];
  return [
    {
      ...{ kind: 'worker', level: 'critical', title: 'No worker is at work.', since },
      text: 'Letters, digests and comments that the filter has yet to see wait. Set WORKER to on and restart, or start one beside the server: npx watchpost worker.',
    },
  ];
}

async function ended({ db }: WrongParts): Promise<Wrong[]> {
  const count = await unacknowledgedRuns(db);
  if (count === 0) return [];
  return [
    {
      ...{ kind: 'ended', level: 'attention', link: { href: '/desk/security/', words: 'Read how' } },
      title:
        count === 1
          ? 'A process was ended as it should not be.'
          : `${numberWords(count)} processes were ended as they should not be.`,
      text: 'By an error, by somebody, or with the power. Nothing that was saved is lost; what was being sent is in the books.',
    },
  ];
}

async function disk({ config }: WrongParts): Promise<Wrong[]> {
  const { bavail, bsize } = await statfs(config.dataDir);
  return wrongWithDisk(bavail * bsize);
}

/** @param free bytes that are left where the data is */
export function wrongWithDisk(free: number): Wrong[] {
  if (free >= DISK_LOW) return [];
  return [
    {
      ...{ kind: 'disk', level: free < DISK_FULL ? 'critical' : 'attention' },
      title: `The disk is nearly full: ${numberWords(Math.floor(free / 1024 ** 2))} MB are free.`,
      text: 'A full disk takes no comment and no sign-up. Make room on the disk that holds DATA_DIR.',
    },
  ];
}

async function relay({ db, config }: WrongParts): Promise<Wrong[]> {
  const away = config.smtpUrl === undefined ? undefined : await relayAway(db);
  if (!away) return [];
  return [
    {
      ...{ kind: 'relay', level: 'attention', title: 'The mail relay takes no letters.', since: away.since },
      text: `Its last words: “${away.reply}”. Letters are kept and wait; it is tried again by itself, once a minute at least. If it stays so, look at SMTP_URL and at the relay.`,
    },
  ];
}

async function filter({ db, spam }: WrongParts): Promise<Wrong[]> {
  const health = spam ? await readFilterHealth(db) : undefined;
  if (!health) return [];
  const { state, since, why, alert, usage } = health;
  const found: Wrong[] = [];
  if (state === 'silent')
    found.push({
      ...{ kind: 'filter', level: 'attention', title: 'Akismet does not answer.', since },
      text: `${why ? `Last: ${SILENCE_WORDS[why]}. ` : ''}${FILTER_STEPS.silent}`,
    });
  if (state === 'bad-key')
    found.push({
      ...{ kind: 'filter', level: 'attention', title: 'Akismet refuses the key.', since },
      text: FILTER_STEPS['bad-key'],
    });
  if (usage?.throttled)
    found.push({
      ...{ kind: 'filter-word', level: 'attention', title: 'Akismet slows this site down.', since: usage.at },
      text: `It was asked ${numberWords(usage.used)} times this month, which is over its plan: choose a larger one at akismet.com.`,
    });
  if (alert)
    found.push({
      ...{ kind: 'filter-word', level: 'attention', title: 'Akismet has a word for you.' },
      ...{ text: alert.text, since: alert.at },
    });
  return found;
}

function content({ library }: WrongParts): Wrong[] {
  const { problems } = library;
  const found = problems.slice(0, MOST_FILES).map(
    ({ file, line, field, message }): Wrong => ({
      ...{ kind: 'content', level: 'critical', title: `${file}, line ${line}: ${field} ${message}` },
      text: 'The last good version stays up until the file is mended.',
    }),
  );
  const more = problems.length - found.length;
  if (more > 0)
    found.push({
      ...{ kind: 'more-content', level: 'critical', title: `${more} more faults in files of content/` },
      text: 'All of them are listed by: npx watchpost doctor.',
    });
  return found;
}
