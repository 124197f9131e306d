import type { Site } from '#core/articles/site.ts';
import type { ActFilter } from '#core/desk/audit-list.ts';
import { DAY, utcDay } from '#core/platform/clock.ts';
import { instantTyped } from '../editions/_wall-time.ts';

/** What the address of the page asks for. */
export interface AskedOfLog {
  /** As typed, to be shown again. */
  typed: Record<'who' | 'act' | 'subject' | 'day', string>;
  filter: ActFilter;
  /** From which number on, in which direction. */
  from: { before?: number; after?: number };
}

/** What makes no sense asks for nothing. */
export function askedOfLog({ searchParams }: URL, site: Site): AskedOfLog {
  const text = (name: string) => (searchParams.get(name) ?? '').trim().slice(0, 200);
  const typed = { who: text('who'), act: text('act'), subject: text('subject'), day: text('day') };
  const act = /^[a-z-]+(?:\.[a-z-]+)*$/.test(typed.act) ? typed.act : undefined;
  const filter = {
    who: typed.who || undefined,
    act,
    subject: typed.subject || undefined,
    ...dayAsked(typed.day, site),
  };
  const [before, after] = [numberOf(text('before')), numberOf(text('after'))];
  if (before !== undefined) return { typed, filter, from: { before } };
  return { typed, filter, from: after === undefined ? {} : { after } };
}

/** The address of the page that goes from a number of the same list. */
export function logPath({ typed }: AskedOfLog, from: { before?: number; after?: number } = {}): string {
  const given = Object.entries({ ...typed, ...from }).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `/desk/audit/?${query}` : '/desk/audit/';
}

/** A day of the site's calendar. */
function dayAsked(day: string, site: Site): Pick<ActFilter, 'since' | 'until'> {
  const since = instantTyped(`${day}T00:00`, site);
  if (since === undefined) return {};
  const next = utcDay(new Date(Date.parse(`${day}T00:00:00Z`) + DAY));
  return { since, until: instantTyped(`${next}T00:00`, site) };
}

function numberOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
