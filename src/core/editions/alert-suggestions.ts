import { type Article, SEVERITIES } from '../articles/article.ts';
import { noteAct } from '../platform/audit.ts';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import type { Remembered } from '../platform/remembered.ts';
import { settingValue, writeSetting } from '../platform/settings.ts';
import { type AlertSubject, subjectKey } from './alert.ts';
import { editionOn } from './edition-rows.ts';
import type { EditionParts } from './make-edition.ts';
import { plannedAlert } from './send-alert.ts';
import { isToldOf } from './told-of-rows.ts';

/** Older news is no alert any more. */
const SUGGESTED_FOR_MS = 3 * DAY;

export interface AlertSuggestion extends AlertSubject {
  /** What `dismissAlert` takes. */
  key: string;
  /** To how many it would go now. */
  readers: number;
}

/**
 * What the desk asks "send now to N?" about: articles of the set severity, and updates of stories that still develop and
 * that readers have been told of. Nothing is kept but what was sent and what was dismissed.
 *
 * @param parts.readerCounts to how many each would go is a count of all subscribers; with very many it may be one of the last
 *   look, of a day ago at most, while it is made anew
 */
export async function alertSuggestions(
  parts: EditionParts & { readerCounts?: Remembered<number> },
): Promise<AlertSuggestion[]> {
  const suggestions: AlertSuggestion[] = [];
  for (const alert of await openAlerts(parts)) {
    const count = async () => (await plannedAlert(parts, alert)).readers;
    const readers = await (parts.readerCounts?.of(alert.key, count) ?? count());
    if (readers > 0) suggestions.push({ ...alert, readers });
  }
  return suggestions;
}

async function openAlerts(parts: EditionParts): Promise<(AlertSubject & { key: string })[]> {
  const { db, library } = parts;
  const open: (AlertSubject & { key: string })[] = [];
  for (const subject of library.articles().flatMap((article) => candidates(parts, article))) {
    const key = subjectKey(subject);
    if ((await editionOn(db, 'alert', key)) || (await settingValue(db, dismissedSetting(key)))) continue;
    if (subject.update && !(await isToldOf(db, subject.article.slug, subject.update.at))) continue;
    open.push({ ...subject, key });
  }
  return open;
}

/** A suggestion that was turned down is not made again. */
export async function dismissAlert(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
  key: string,
): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    await writeSetting(trx, dismissedSetting(key), isoTime(parts.clock.now()));
    await noteAct(trx, parts, { act: 'alert.dismiss', subject: `alert:${key}` });
  });
}

function candidates({ clock, library }: EditionParts, article: Article): AlertSubject[] {
  const { severity, published, status, updates } = article;
  if (!severity || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(library.site.newsletter.alertFrom))
    return [];
  const now = clock.now();
  const oldest = isoAfter(now, -SUGGESTED_FOR_MS);
  const graded = { ...article, severity };
  const update = updates.find(({ at }) => at <= isoTime(now));
  return [
    ...(published > oldest ? [{ article: graded }] : []),
    ...(status === 'ongoing' && update && update.at > oldest ? [{ article: graded, update }] : []),
  ];
}

function dismissedSetting(key: string): string {
  return `alert-dismissed.${key}`;
}
