import { z } from 'zod';
import { prose, slug, time } from './article.ts';

/** The front matter of a letter in content/letters; every field but `title` may be left out. */
export const letterFields = z.object({
  title: prose,
  /** Whom it is for: readers of any of these topics; none: all. */
  topics: z.array(slug).default([]),
  /** When it goes out by itself; without it, when somebody sends it. */
  send: time.optional(),
  draft: z.boolean().default(false),
});

/** A letter to readers that is no article: it is sent once, and stands on the site as an edition then. */
export interface WrittenLetter extends z.output<typeof letterFields> {
  name: string;
  /** Where its text is known by; no page has this address. */
  path: string;
}
