import { z } from 'zod';
import { refanged, withDefangedIndicators } from './indicators.ts';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A time in front matter: a date or an ISO 8601 time, kept as UTC text. */
export const time = z
  .string('should be a date such as 2026-11-20 or a time such as 2026-11-20T08:00:00Z')
  .refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)), {
    message: 'should be a date such as 2026-11-20 or a time such as 2026-11-20T08:00:00Z',
    abort: true,
  })
  .transform((text) => new Date(text).toISOString());

const name = z.string().trim().min(1, 'should not be empty');
/** Text for people: an indicator in it, `:ioc[…]`, is made safe to print here, once for page, feed and letter. */
export const prose = name.transform(withDefangedIndicators);
const notes = z
  .array(z.object({ at: time, text: prose }))
  .default([])
  .transform((list) => list.sort((a, b) => b.at.localeCompare(a.at)));
export const slug = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'should be lower-case words joined by hyphens');

/** The front matter of an article; every field but `title` and `published` may be left out. */
export const articleFields = z.object({
  title: prose,
  dek: z.string().trim().transform(withDefangedIndicators).default(''),
  /** The file name of an author in content/authors. */
  author: slug.optional(),
  /** In the future: goes live by itself then. */
  published: time,
  topics: z.array(slug).default([]),
  /** The id of a series, whose name stands in site.yaml; its parts follow each other by publication. */
  series: slug.optional(),
  severity: z.enum(SEVERITIES, `should be one of ${SEVERITIES.join(', ')}`).optional(),
  affected: z.array(prose).default([]),
  status: z.enum(['ongoing', 'resolved'], 'should be ongoing or resolved').optional(),
  /** The "What to do now" list. */
  actions: z.array(prose).default([]),
  /** What became known since; newest first. */
  updates: notes,
  /** What was wrong and is put right; newest first. */
  corrections: notes,
  /** URLs, domains, addresses and hashes of the attack, as attackers use them, however they were written. */
  indicators: z.array(name.transform(refanged)).default([]),
  image: z
    .object({
      src: name,
      alt: z.string('should say what the picture shows'),
      caption: z.string().transform(withDefangedIndicators).optional(),
      credit: z.string().transform(withDefangedIndicators).optional(),
    })
    .optional(),
  related: z.array(slug).default([]),
  aliases: z
    .array(z.string().startsWith('/', 'should be an address on this site, such as /old-name/'))
    .default([]),
  draft: z.boolean().default(false),
  comments: z.enum(['open', 'closed'], 'should be open or closed').default('open'),
});

/** One piece, as its file says; `published` and the `at` of updates and corrections are UTC text. */
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

/** When it last changed for a reader: the newest update or correction, else its publication. */
export function modifiedAt({ updates, corrections, published }: Article): string {
  return [updates[0]?.at, corrections[0]?.at].reduce<string>(
    (latest, at) => (at !== undefined && at > latest ? at : latest),
    published,
  );
}

/** Where an update stands on the page of its article: `update-20181120T0900`. */
export function updateAnchor({ at }: { at: string }): string {
  return `update-${at.slice(0, 16).replace(/[-:]/g, '')}`;
}
