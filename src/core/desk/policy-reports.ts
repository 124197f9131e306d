import { noteAct } from '../platform/audit.ts';
import { DAY, isoAfter, isoTime, SECOND } from '../platform/clock.ts';
import { wordsOf } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { addToSetting, settingValue, writeSetting } from '../platform/settings.ts';
import type { ReportKind } from './policy-report.ts';
import {
  addToKind,
  type CountedKind,
  deleteKinds,
  insertKind,
  kindCount,
  type PolicyReportTable,
  topKinds,
} from './policy-report-rows.ts';

/** How many kinds of the site's own are kept, and how many wait to be written; extensions make fewer than 200 at most. */
export const MOST_KINDS = 300;
export const REPORTS_KEPT_DAYS = 30;
/** What a crash can lose. */
const FLUSH_MS = 10 * SECOND;
/** How many reports found no place any more, since the kinds were last cleared. */
const UNKEPT = 'policy-reports-unkept';

type ReportParts = Pick<Parts, 'db' | 'clock' | 'log'>;

/**
 * Counts what browsers report against the policy, by kind. Counts wait in memory and are written together: a flood of
 * reports is a few statements every ten seconds, and as many kinds as there is room for.
 */
export class PolicyReports {
  readonly #parts: ReportParts;
  readonly #kinds = new Map<string, CountedKind>();
  /** How many of those are the site's own: what extensions do never takes their place, nor they its. */
  #ofSite = 0;
  #unkept = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  add(kind: ReportKind): void {
    const key = JSON.stringify([kind.source, kind.directive, kind.blocked, kind.page]);
    const at = isoTime(this.#parts.clock.now());
    const known = this.#kinds.get(key);
    const isNewOfSite = !known && kind.source === 'site';
    if (isNewOfSite && this.#ofSite === MOST_KINDS) this.#unkept++;
    else {
      this.#kinds.set(key, { ...kind, count: (known?.count ?? 0) + 1, at });
      if (isNewOfSite) this.#ofSite++;
    }
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes what was counted; what cannot be written now is thrown away, which the log says: the next reports matter as much. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const kinds = [...this.#kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind); // in one order: no deadlock
    const unkept = this.#unkept;
    this.#kinds.clear();
    this.#ofSite = 0;
    this.#unkept = 0;
    if (kinds.length === 0) return;
    try {
      await writeKinds(this.#parts, kinds, unkept);
    } catch (error) {
      this.#parts.log.warn('policy-reports.unsaved', { kinds: kinds.length, message: wordsOf(error) });
    }
  }
}

/** Known kinds always grow; new ones are taken while there is room, so that made-up ones never push out what was seen. */
async function writeKinds({ db }: ReportParts, kinds: readonly CountedKind[], unkept: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    let room = MOST_KINDS - (await kindCount(trx, 'site'));
    let left = unkept;
    for (const kind of kinds) {
      if (await addToKind(trx, kind)) continue;
      if (kind.source === 'extension') await insertKind(trx, kind);
      else if (room-- > 0) await insertKind(trx, kind);
      else left += kind.count;
    }
    if (left > 0) await addToSetting(trx, UNKEPT, left);
  });
}

/** What was reported, for the desk: of each source the most frequent kinds. */
export interface ReportsSeen {
  site: PolicyReportTable[];
  extension: PolicyReportTable[];
  /** How many kinds of the site's own there are, shown or not. */
  kinds: number;
  /** Reports for whose kinds there was no room. */
  unkept: number;
}

export async function reportsSeen({ db }: Pick<Parts, 'db'>, most = 20): Promise<ReportsSeen> {
  return {
    site: await topKinds(db, 'site', most),
    extension: await topKinds(db, 'extension', most),
    kinds: await kindCount(db, 'site'),
    unkept: Number((await settingValue(db, UNKEPT)) ?? 0),
  };
}

/** Throws all of them away, for a look at what is reported from now on. */
export async function clearReports(parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    const kinds = await deleteKinds(trx);
    await writeSetting(trx, UNKEPT, '0');
    await noteAct(trx, parts, { act: 'reports.clear', subject: 'policy-reports', before: String(kinds) });
  });
}

/** What was not reported again for 30 days. */
export async function forgetOldReports({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  await deleteKinds(db, isoAfter(clock.now(), -REPORTS_KEPT_DAYS * DAY));
}
