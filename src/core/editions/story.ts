import type { Article } from '../articles/article.ts';
import { DAY, isoAfter } from '../platform/clock.ts';
import type { EditionStory } from './edition.ts';

/** An article with its number, by which it is known whom it has been told. */
export interface NumberedStory extends EditionStory {
  number: number;
}

/** What was written down of articles that editions have seen. */
export interface KnownStories {
  /** By slug; null for what was no news any more when it was first seen. */
  numbers: ReadonlyMap<string, number | null>;
  /** Whether any edition was ever made: with the first one everything is news. */
  isFirst: boolean;
}

/** An article that appears so much after its date (an archive that was imported) is no news. */
const NEWS_FOR_MS = 31 * DAY;

/**
 * Numbers what no edition has seen yet, the oldest first; a late filing, dated before the last edition, too.
 *
 * @param articles what is published now
 */
export function numberStories(
  { numbers, isFirst }: KnownStories,
  articles: readonly Article[],
  now: Date,
): { stories: NumberedStory[]; fresh: { slug: string; number: number | null }[]; last: number } {
  const oldest = isoAfter(now, -NEWS_FOR_MS);
  let last = [...numbers.values()].reduce<number>((most, number) => Math.max(most, number ?? 0), 0);
  const unseen = articles
    .filter(({ slug }) => !numbers.has(slug))
    .sort((a, b) => a.published.localeCompare(b.published) || a.slug.localeCompare(b.slug));
  const fresh = unseen.map(({ slug, published }) => ({
    slug,
    number: isFirst || published > oldest ? ++last : null,
  }));
  const all = new Map([...numbers, ...fresh.map(({ slug, number }) => [slug, number] as const)]);
  const stories = articles.flatMap((article) => {
    const number = all.get(article.slug);
    return number == null ? [] : [{ ...storyOf(article), number }];
  });
  return { stories: stories.sort((a, b) => b.published.localeCompare(a.published)), fresh, last };
}

/** What an edition keeps of an article. */
export function storyOf(article: Article): EditionStory {
  const { slug, path, title, dek, published, topics, severity, status, affected, actions } = article;
  return {
    ...{ slug, path, title, dek, published, topics },
    ...(severity ? { severity } : {}),
    ...(status ? { status } : {}),
    ...(affected.length > 0 ? { affected } : {}),
    ...(actions.length > 0 ? { actions } : {}),
  };
}
