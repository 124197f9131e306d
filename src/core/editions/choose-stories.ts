import { topicsOf } from '../subscribers/subscriber.ts';
import { type EditionContents, type EditionStory, storiesNamed, type Variant } from './edition.ts';
import type { NumberedStory } from './story.ts';

/** The most stories that one digest holds: beyond that, a letter is cut off by mail providers. */
const MOST_STORIES = 12;

/**
 * Which stories each group of readers gets, and what the edition says in all. A group that has nothing new gets nothing.
 *
 * @param stories newest first
 * @param alerted which edition has told of which article already, to those who had it
 * @param lastStory the newest story of the edition before: its page goes on from there
 */
export function choosePlan(
  stories: readonly NumberedStory[],
  groups: readonly Pick<Variant, 'topics' | 'since' | 'alerted' | 'readers'>[],
  alerted: readonly { edition: string; article: string }[],
  lastStory: number,
): { variants: Variant[]; contents: EditionContents } {
  const variants = groups.flatMap((group) => {
    const had = new Set(
      alerted
        .filter(({ edition }) => group.alerted.split(',').includes(edition))
        .map(({ article }) => article),
    );
    const news = wantedOf(stories, group).filter(({ slug }) => !had.has(slug));
    if (news.length === 0) return [];
    const slugs = news.slice(0, MOST_STORIES).map(({ slug }) => slug);
    return [{ ...group, stories: slugs, more: news.length - slugs.length }];
  });
  const fresh = stories.filter(({ number }) => number > lastStory);
  const page = fresh.slice(0, MOST_STORIES).map(({ slug }) => slug);
  const used = new Set([
    ...(variants.length > 0 ? page : []),
    ...variants.flatMap((variant) => variant.stories),
  ]);
  const told = storiesNamed(
    stories,
    stories.map(({ slug }) => slug).filter((slug) => used.has(slug)),
  );
  return {
    variants,
    contents: {
      stories: told.map(withoutNumber),
      ...(page.length > 0 ? { page } : {}),
      more: fresh.length - page.length,
    },
  };
}

function wantedOf(
  stories: readonly NumberedStory[],
  { topics, since }: Pick<Variant, 'topics' | 'since'>,
): NumberedStory[] {
  const wanted = topicsOf(topics);
  return stories.filter(
    (story) =>
      story.number > since && (wanted.length === 0 || story.topics.some((topic) => wanted.includes(topic))),
  );
}

function withoutNumber(story: EditionStory & { number?: number }): EditionStory {
  const { number: _number, ...rest } = story;
  return rest;
}
