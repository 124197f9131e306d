import { z } from 'zod';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A time in front matter: a date or an ISO 8601 time, kept as UTC text. */
const time = z
  .string('should be a date such as 2026-11-20 or a time such as 2026-11-20T08:00:00Z')
  .refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)), {
    message: 'should be a date such as 2026-11-20 or a time such as 2026-11-20T08:00:00Z',
    abort: true,
  })
  .transform((text) => new Date(text).toISOString());

const name = z.string().trim().min(1, 'should not be empty');
const slug = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'should be lower-case words joined by hyphens');

/** The front matter of an article; every field but `title` and `published` may be left out. */
export const articleFields = z.object({
  title: name,
  dek: z.string().trim().default(''),
  /** The file name of an author in content/authors. */
  author: slug.optional(),
  /** In the future: goes live by itself then. */
  published: time,
  topics: z.array(slug).default([]),
  severity: z.enum(SEVERITIES, `should be one of ${SEVERITIES.join(', ')}`).optional(),
  affected: z.array(name).default([]),
  status: z.enum(['ongoing', 'resolved'], 'should be ongoing or resolved').optional(),
  /** The "What to do now" list. */
  actions: z.array(name).default([]),
  updates: z
    .array(z.object({ at: time, text: name }))
    .default([])
    .transform((updates) => updates.sort((a, b) => b.at.localeCompare(a.at))),
  image: z
    .object({
      src: name,
      alt: z.string('should say what the picture shows'),
      caption: z.string().optional(),
      credit: z.string().optional(),
    })
    .optional(),
  related: z.array(slug).default([]),
  aliases: z
    .array(z.string().startsWith('/', 'should be an address on this site, such as /old-name/'))
    .default([]),
  draft: z.boolean().default(false),
  comments: z.enum(['open', 'closed'], 'should be open or closed').default('open'),
});

/** One piece, as its file says; `published` and `updates[].at` are UTC text. */
export interface Article extends z.output<typeof articleFields> {
  slug: string;
  author: string;
  /** Address on this site: `/articles/<slug>/`. */
  path: string;
  /** At 220 words a minute, at least 1. */
  minutes: number;
}

export function articlePath(slug: string): string {
  return `/articles/${slug}/`;
}

export function isPublished(article: Article, now: Date): boolean {
  return !article.draft && article.published <= now.toISOString();
}

/** When it last changed for a reader: the newest update, else its publication. */
export function modifiedAt(article: Article): string {
  const [newest] = article.updates;
  return newest !== undefined && newest.at > article.published ? newest.at : article.published;
}
