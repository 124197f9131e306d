import type { Library } from '../articles/library.ts';
import { CADENCE_WORDS } from '../editions/edition.ts';
import { editionOn } from '../editions/edition-rows.ts';
import { nextDigests } from '../editions/next-digests.ts';
import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { scheduledEditions } from './today-rows.ts';

/** Something that goes out by itself. */
export interface NextOut {
  title: string;
  /** UTC text. */
  at: string;
  href: string;
}

/** What goes out by itself, the soonest first: digests (where there is something new then), editions and letters with a time. */
export async function nextOut(parts: Parts & { library: Library }): Promise<NextOut[]> {
  const { db, library, clock } = parts;
  const found: NextOut[] = (await nextDigests(parts)).map(({ cadence, at }) => ({
    title: `${CADENCE_WORDS[cadence]} digest`,
    at,
    href: `/desk/editions/next/${cadence}/`,
  }));
  for (const { id, title, at } of await scheduledEditions(db))
    found.push({ title, at, href: `/desk/editions/${id}/` });
  const now = isoTime(clock.now());
  for (const { name, title, draft, send } of library.letters())
    if (!draft && send && send > now && !(await editionOn(db, 'letter', name)))
      found.push({ title, at: send, href: '/desk/editions/' });
  return found.sort((a, b) => a.at.localeCompare(b.at));
}
