import { topicsOf } from '../subscribers/subscriber.ts';
import { type EditionContents, type EditionStory, storiesNamed, type Variant } from './edition.ts';
import { arranged, type Plan } from './plan.ts';
import type { NumberedStory } from './story.ts';

/** The most stories that one digest holds: beyond that, a letter is cut off by mail providers. */
const MOST_STORIES = 12;

/** A letter that told some readers of stories beside the digests of their cadence. */
export interface Beside {
  variant: number;
  /** Slugs. */
  stories: readonly string[];
}

/**
 * Which stories each group of readers gets, and what the edition says in all. A group that has nothing new gets nothing.
 *
 * @param stories newest first
 * @param beside what was told besides, to those who had it
 * @param lastStory the newest story of the edition before: its page goes on from there
 */
export function choosePlan(
  stories: readonly NumberedStory[],
  groups: readonly Pick<Variant, 'topics' | 'since' | 'alerted' | 'readers'>[],
  { beside, lastStory, plan }: { beside: readonly Beside[]; lastStory: number; plan?: Plan | undefined },
): { variants: Variant[]; contents: EditionContents } {
  const inOrder = arranged(stories, plan);
  const variants = groups.flatMap((group) => {
    const had = storiesHad(group.alerted, beside);
    const news = wantedOf(inOrder, group).filter(({ slug }) => !had.has(slug));
    if (news.length === 0) return [];
    const slugs = news.slice(0, MOST_STORIES).map(({ slug }) => slug);
    return [{ ...group, stories: slugs, more: news.length - slugs.length }];
  });
  const fresh = inOrder.filter(({ number }) => number > lastStory);
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
      ...(plan?.introduction ? { introduction: plan.introduction } : {}),
    },
  };
}

function storiesHad(variants: string, beside: readonly Beside[]): Set<string> {
  const ids = new Set(variants.split(','));
  return new Set(beside.flatMap(({ variant, stories }) => (ids.has(String(variant)) ? stories : [])));
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
