import type { Library } from '#core/articles/library.ts';
import type { QueueFilter } from '#core/comments/moderation/queue-filter.ts';
import { SIGN_WORDS } from '#core/comments/sign-words.ts';
import { STATES } from './_states.ts';

/** What the address of a page of the queue asks for. */
export interface Asked {
  filter: QueueFilter;
  /** Whether anything but a state is asked for. */
  isFiltered: boolean;
  /** The row number before which the page begins; undefined for the first page. */
  before: number | undefined;
  /** Boxes are ticked: `Select these`. */
  isAllSelected: boolean;
  /** The same without its place and without ticks, and with further words of the query. */
  address(more?: Record<string, string>): string;
}

export const VERDICTS = ['ham', 'spam', 'discard', 'none'] as const;

/** So much of a word that is looked for is read. */
const LONGEST = 200;

/** Reads a query; what it does not know it passes over. */
export function askedOf({ pathname, searchParams }: URL, library: Pick<Library, 'article'>): Asked {
  const text = (name: string) => searchParams.get(name)?.trim().slice(0, LONGEST) || undefined;
  const filter: QueueFilter = {
    state: STATES.find(({ state }) => state === text('state'))?.state ?? 'held',
    words: text('words'),
    name: text('name'),
    article: articleOf(text('article'), library),
    person: numberOf(text('person')),
    cluster: text('cluster'),
    verdict: VERDICTS.find((verdict) => verdict === text('verdict')),
    sign: Object.keys(SIGN_WORDS).find((sign) => sign === text('sign')),
  };
  const { state, cluster, ...others } = filter;
  return {
    filter,
    isFiltered: Object.values(others).some((value) => value !== undefined),
    before: numberOf(text('before')),
    isAllSelected: text('select') === 'all',
    address: (more = {}) => {
      const given = Object.entries({ ...filter, ...more }).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      );
      return `${pathname}?${new URLSearchParams(given)}`;
    },
  };
}

/** An article may be named by its slug, or by its address as a browser copies it. */
function articleOf(typed: string | undefined, library: Pick<Library, 'article'>): string | undefined {
  if (typed === undefined) return undefined;
  const slug = /\/articles\/([^/?#]+)/.exec(typed)?.[1] ?? typed.replace(/^\/+|\/+$/g, '');
  return library.article(slug)?.slug ?? slug;
}

function numberOf(typed: string | undefined): number | undefined {
  return typed !== undefined && /^[1-9]\d{0,14}$/.test(typed) ? Number(typed) : undefined;
}
