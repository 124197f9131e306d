import type { Library } from '../articles/library.ts';
import { timeWords } from '../articles/time-words.ts';
import { lastRecordsLook } from '../mail/records-look.ts';
import { DAY, MINUTE, SECOND } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { settingValue } from '../platform/settings.ts';
import { readFilterHealth } from '../spam/filter-health.ts';
import {
  daysUntil,
  EXPIRES_DAYS,
  EXPIRES_SOON_DAYS,
  lastCertificateLook,
} from '../upkeep/certificate-look.ts';
import { CLOCK_OFF_SECONDS, type ClockFinding, clockFinding } from '../upkeep/clock-look.ts';
import { lastBackups } from '../upkeep/last-backup.ts';
import { hasReader } from './today-rows.ts';
import type { Wrong } from './wrong.ts';

/** A backup, and a look that should be daily, is old from here on. */
const OLD_MS = 7 * DAY;
/** For so long a certificate that was seen is believed, whatever came of the looks since. */
const SEEN_ENOUGH_MS = 2 * DAY;

type UpkeepParts = Parts & { library: Pick<Library, 'site'> };

/** Whether what is here could be had again, were the disk to break now. */
export async function backup(parts: UpkeepParts): Promise<Wrong[]> {
  const { db, clock } = parts;
  const { good, failed } = await lastBackups(db);
  const now = clock.now().getTime();
  const kind = 'backup';
  if (failed)
    return [
      {
        ...{ kind, level: 'critical', title: 'The last backup failed.', since: failed.at },
        text: `${failed.why} ${good ? `The last good one is of ${dayWords(parts, good.at)}.` : 'There is none yet.'} Run it again: npx watchpost backup.`,
      },
    ];
  if (good && now - Date.parse(good.at) <= OLD_MS) return [];
  if (good)
    return [
      {
        ...{
          kind,
          level: 'attention',
          title: `The last backup is ${agoWords(now - Date.parse(good.at))} old.`,
        },
        text: `Were the disk to break, all since ${dayWords(parts, good.at)} would be lost. Make one now: npx watchpost backup. docs/operations.md has one made each night.`,
      },
    ];
  if (!(await isWorthABackup(db, now))) return [];
  return [
    {
      ...{ kind, level: 'attention', title: 'No backup was ever made.' },
      text: 'Were the disk to break, readers, comments and the secret would be lost. Make one now: npx watchpost backup. docs/operations.md has one made each night.',
    },
  ];
}

/** A site that was set up to have a look at it loses nothing yet. */
async function isWorthABackup(db: Parts['db'], now: number): Promise<boolean> {
  const start = await settingValue(db, 'first-start');
  if (start !== undefined && now - Date.parse(start) > OLD_MS) return true;
  return hasReader(db);
}

/** What readers' browsers see before they see the site. */
export async function certificate(parts: UpkeepParts): Promise<Wrong[]> {
  const { db, clock, siteUrl } = parts;
  const look = siteUrl.protocol === 'https:' ? await lastCertificateLook(db, siteUrl) : undefined;
  if (!look) return [];
  const now = clock.now();
  const { seen, missed } = look;
  const found: Wrong[] = seen ? certificateSeen(parts, seen) : [];
  const isSeen = seen && now.getTime() - Date.parse(seen.at) <= SEEN_ENOUGH_MS;
  if (missed && !isSeen)
    found.push({
      ...{ kind: 'certificate', level: 'attention', title: 'The certificate could not be looked at.' },
      text: `${missed.why} That need not be so for readers, but nobody would be told that it expires. It is tried each hour; at once by: npx watchpost doctor --certificate.`,
      since: missed.at,
    });
  return found;
}

function certificateSeen(
  parts: UpkeepParts,
  { at, until, why }: { at: string; until: string; why?: string | undefined },
): Wrong[] {
  const now = parts.clock.now();
  const { host } = parts.siteUrl;
  const days = daysUntil(until, now);
  if (why === undefined && days >= EXPIRES_DAYS) return [];
  const isOver = Date.parse(until) <= now.getTime();
  const words = why ?? (isOver ? 'It has expired.' : `It is good until ${dayWords(parts, until)}.`);
  const again = 'Then look again: npx watchpost doctor --certificate.';
  return [
    why !== undefined || isOver
      ? {
          ...{
            kind: 'certificate',
            level: 'critical',
            title: 'Browsers do not trust the certificate of this site.',
          },
          text: `${host}: ${words} Readers are kept away by a warning. Mend it where the proxy in front gets it (Caddy, certbot). ${again}`,
          since: at,
        }
      : {
          kind: 'certificate',
          level: days < EXPIRES_SOON_DAYS ? 'critical' : 'attention',
          title: `The certificate of this site expires ${days < 1 ? 'within a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`}.`,
          text: `${host}: ${words} It should have been renewed by itself: look at the proxy in front that gets it (Caddy, certbot). ${again}`,
          since: at,
        },
  ];
}

/** What may keep receivers from believing letters, as far as name servers told. */
export async function records(parts: UpkeepParts): Promise<Wrong[]> {
  const { db, clock, config } = parts;
  const look = config.smtpUrl === undefined ? undefined : await lastRecordsLook(db);
  if (!look) return [];
  const found = look.faults.map(
    (text): Wrong => ({
      ...{ kind: 'records', level: 'attention', title: 'Receivers may not believe your letters.' },
      text: `${text} Look again when it is mended: npx watchpost doctor --dns.`,
      since: look.at,
    }),
  );
  const isOld = look.at === undefined || clock.now().getTime() - Date.parse(look.at) > OLD_MS;
  if (isOld && (look.missed ?? look.at) !== undefined)
    found.push({
      ...{ kind: 'records', level: 'attention', title: 'The records of your mail could not be looked at.' },
      text: `SPF, DKIM and DMARC were ${look.at === undefined ? 'never seen' : `last seen on ${dayWords(parts, look.at)}`}: no name server answers, or no worker asks. See what comes of it: npx watchpost doctor --dns.`,
      since: look.missed ?? look.at,
    });
  return found;
}

/** A clock that is off, by whoever tells it first. */
export async function clockOff(parts: Parts & { spam: unknown }): Promise<Wrong[]> {
  const finding = await clockFinding(parts);
  if (finding) return [clockWrong(finding)];
  const health = parts.spam ? await readFilterHealth(parts.db) : undefined;
  const ahead = health?.secondsAhead;
  if (ahead === undefined || Math.abs(ahead) <= CLOCK_OFF_SECONDS) return [];
  return [{ ...offBy(ahead, 'Akismet'), since: health?.answeredAt }];
}

function clockWrong(finding: ClockFinding): Wrong {
  if (finding.by === 'database') return offBy(finding.ahead, 'PostgreSQL');
  const { at, ahead } = finding;
  return {
    ...{ kind: 'clock', level: 'attention', title: 'The clock of this machine has gone back.' },
    text: `Something was written here at ${at.slice(0, 16).replace('T', ' ')} UTC, which is still ${agoWords(-ahead * SECOND)} away: the clock was ahead then, or is behind now. ${CLOCK_STEPS}`,
  };
}

function offBy(seconds: number, by: string): Wrong {
  const size = agoWords(Math.abs(seconds) * SECOND);
  return {
    ...{ kind: 'clock', level: 'attention' },
    title: `The clock of this machine is ${size} ${seconds > 0 ? 'ahead' : 'behind'}.`,
    text: `So says that of ${by}. ${CLOCK_STEPS}`,
  };
}

const CLOCK_STEPS =
  'Digests and articles go out at the wrong time, links and sign-ins end too early or too late. Let the network set the clock: timedatectl set-ntp true.';

/** `3 days`, `2 hours`, `5 minutes`. */
function agoWords(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  const [number, unit] =
    ms >= 2 * DAY
      ? [Math.floor(ms / DAY), 'day']
      : minutes >= 120
        ? [Math.round(minutes / 60), 'hour']
        : [minutes, 'minute'];
  return `${number} ${number === 1 ? unit : `${unit}s`}`;
}

/** `24 November 2026`, in the site's own zone. */
function dayWords({ library }: UpkeepParts, time: string): string {
  return timeWords(library.site, time, 'day');
}
