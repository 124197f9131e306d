import type { EditionKind, EditionState } from '#db/schema.ts';
import type { Article } from '../articles/article.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import type { House } from './house.ts';

/** A story as it stood when the edition started. */
export type EditionStory = Pick<
  Article,
  'slug' | 'path' | 'title' | 'dek' | 'published' | 'topics' | 'severity' | 'status'
> &
  Partial<Pick<Article, 'affected' | 'actions'>>;

/** What an edition says; frozen when it starts. */
export interface EditionContents {
  /** Every story that any reader gets, newest first. */
  stories: EditionStory[];
  /** Slugs of those on its page: what was new since the one before. Absent: all of them. */
  page?: string[];
  /** How many more were published in its time than its page holds. */
  more: number;
  /** What the editor says before the stories, in Markdown. */
  introduction?: string;
  /** Of an alert about what became known since: that update. */
  update?: { at: string; text: string };
  /** Of a letter, which has no stories: what it says, in Markdown. */
  letter?: { title: string; markdown: string };
  /** The house as it stood then; editions from before this was kept have none. */
  house?: House;
}

export interface Edition {
  id: string;
  /** In the order in which they started; undefined before. */
  number: number | undefined;
  kind: EditionKind;
  cadence: Cadence | undefined;
  /** What it is of, where that is sent only once: an article, an update of it, a file of content/letters. */
  subject?: string | undefined;
  state: EditionState;
  reason: string;
  since: string;
  until: string;
  lastStory: number;
  title: string;
  contents: EditionContents;
  /** When it was to go out, where a schedule says so; when it started and ended. */
  dueAt?: string | undefined;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
}

/** What readers who chose the same and were told the same get of an edition. */
export interface Variant {
  topics: string;
  /** The story after which it begins. */
  since: number;
  /** Other letters that told them of stories since: variants (ids, joined by commas), most often of alerts. */
  alerted: string;
  /** Slugs in their order. */
  stories: string[];
  more: number;
  readers: number;
}

/** The same for variants that say the same: only a digest speaks of what its readers were told before. */
export function textKey({ kind }: Pick<Edition, 'kind'>, { stories, since, more }: Variant): string {
  return JSON.stringify([stories, kind === 'digest' && since === 0, more]);
}

export const CADENCE_WORDS: Record<Cadence, string> = {
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
};

/** The stories of an edition's page, in their order. */
export function pageStories({ stories, page }: EditionContents): EditionStory[] {
  return page ? storiesNamed(stories, page) : stories;
}

/** Stories by their slugs, in the order of the slugs. */
export function storiesNamed(stories: readonly EditionStory[], slugs: readonly string[]): EditionStory[] {
  const bySlug = new Map(stories.map((story) => [story.slug, story]));
  return slugs.flatMap((slug) => bySlug.get(slug) ?? []);
}

/** What an edition is headed by where it is listed: its lead, or the title of a letter. */
export function headingOf({ title, contents }: Pick<Edition, 'title' | 'contents'>): string {
  return contents.letter?.title ?? pageStories(contents)[0]?.title ?? title;
}

export function editionPath(id: string): string {
  return `/newsletter/editions/${id}/`;
}
