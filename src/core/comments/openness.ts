import type { Article } from '../articles/article.ts';
import type { Library } from '../articles/library.ts';
import { type Clock, DAY, SECOND } from '../platform/clock.ts';

/** Whether an article takes comments now, and if not, why in a sentence for readers. */
export type Openness =
  | {
      isOpen: true /** When that ends by itself; undefined for never. */;
      closesInSeconds: number | undefined;
    }
  | { isOpen: false; words: string };

export function openness(
  { library, clock }: { library: Pick<Library, 'site'>; clock: Clock },
  article: Pick<Article, 'comments' | 'published'>,
): Openness {
  const { readOnly, closeAfterDays } = library.site.comments;
  if (readOnly) return { isOpen: false, words: 'The site takes no new comments at the moment.' };
  if (article.comments === 'closed') return { isOpen: false, words: 'Comments on this article are closed.' };
  if (closeAfterDays === 0) return { isOpen: true, closesInSeconds: undefined };
  const closesInMs = Date.parse(article.published) + closeAfterDays * DAY - clock.now().getTime();
  if (closesInMs > 0) return { isOpen: true, closesInSeconds: Math.ceil(closesInMs / SECOND) };
  const days = closeAfterDays === 1 ? 'a day' : `${closeAfterDays} days`;
  return { isOpen: false, words: `Comments close ${days} after publication; these are closed.` };
}
