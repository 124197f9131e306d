import type { Article } from '../articles/article.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

/** A story as it stood when the edition was made. */
export type EditionStory = Pick<
  Article,
  'slug' | 'path' | 'title' | 'dek' | 'published' | 'topics' | 'severity' | 'status'
>;

/** What an edition says; frozen when it is made. */
export interface EditionContents {
  stories: EditionStory[];
  /** How many more were published in its time than it holds. */
  more: number;
}

export interface Edition {
  id: string;
  cadence: Cadence;
  since: string;
  until: string;
  title: string;
  contents: EditionContents;
}

export const CADENCE_WORDS: Record<Cadence, string> = {
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
};

/** The stories that a reader of these topics (none: all) gets. */
export function storiesFor(contents: EditionContents, topics: readonly string[]): EditionStory[] {
  return contents.stories.filter(
    (story) => topics.length === 0 || story.topics.some((topic) => topics.includes(topic)),
  );
}

export function editionPath(id: string): string {
  return `/newsletter/editions/${id}/`;
}
