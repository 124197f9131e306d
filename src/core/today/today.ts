import type { Library } from '../articles/library.ts';
import type { EditionProgress } from '../editions/progress.ts';
import type { Parts } from '../platform/parts.ts';
import type { Remembered } from '../platform/remembered.ts';
import { lastCertificateLook } from '../upkeep/certificate-look.ts';
import { type Backups, lastBackups } from '../upkeep/last-backup.ts';
import type { Live } from './live.ts';
import { type LiveState, liveState, MOST_COUNTED } from './live-state.ts';
import { type NextOut, nextOut } from './next-out.ts';
import { singlesWaiting } from './today-rows.ts';
import { type Waiting, whatWaits } from './waits.ts';
import { type Wrong, whatIsWrong } from './wrong.ts';

/** What the one who runs the site wants to know first. */
export interface Today {
  waits: Waiting[];
  /** Editions that are being sent, are paused, or have ended just now. */
  runs: EditionProgress[];
  /** Letters of no edition that wait to be sent; counted up to 10,001. */
  singles: number;
  wrong: Wrong[];
  next: NextOut[];
  /** The last good backup. */
  backup: Backups['good'];
  /** When the certificate that readers see ends (UTC text), where one was seen. */
  certificateUntil: string | undefined;
  live: LiveState;
}

export type TodayParts = Parts & {
  library: Library;
  /** Absent without a spam filter. */
  spam: unknown;
  live: Live;
  readerCounts: Remembered<number>;
};

/**
 * Gathers the desk's first page. What it asks is bounded, whatever the database holds: queues are counted up to 10,000,
 * and what has to count more is remembered for some time.
 */
export async function today(parts: TodayParts): Promise<Today> {
  const moving = await parts.live.moving();
  return {
    waits: await whatWaits(parts),
    runs: [...moving.editions],
    singles: await singlesWaiting(parts.db, MOST_COUNTED),
    wrong: await whatIsWrong(parts),
    next: await nextOut(parts),
    backup: (await lastBackups(parts.db)).good,
    certificateUntil: (await lastCertificateLook(parts.db, parts.siteUrl))?.seen?.until,
    live: liveState(moving),
  };
}
