import { z } from 'zod';
import { parseEmailAddress } from '../platform/email-address.ts';
import { SEVERITIES } from './article.ts';
import { commentRules } from './comment-rules.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const wallTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "should be a wall time such as '08:00'");
const language = z.string().refine(isLanguage, 'should be a language such as en or de-AT');
const timeZone = z.string().refine(isTimeZone, 'should be a time zone such as Europe/London');

const subject = z.object({ id: z.string(), name: z.string(), dek: z.string().default('') });
/** A topic or a series: its id in front matter and addresses, its name for readers, a sentence about it. */
export type Subject = z.output<typeof subject>;
const contact = z
  .string()
  .refine(isContact, 'should be a mail address or an address beginning with https:, mailto: or tel:');
const webAddress = z.string().regex(/^https:\/\/[^\s/]\S*$/, 'should be an address beginning with https://');

/** content/site.yaml; every field has a default, so that a site without the file runs. */
export const siteFields = z.object({
  title: z.string().default('Watchpost'),
  tagline: z.string().default('Security news'),
  description: z.string().default(''),
  language: language.default('en'),
  /** The author of articles that name none. */
  author: z.string().default('desk'),
  timeZone: timeZone.default('UTC'),
  /** Slug of the story that leads the home page. */
  lead: z.string().optional(),
  topics: z.array(subject).default([]),
  series: z.array(subject).default([]),
  newsletter: z
    .object({
      from: z
        .string()
        .regex(/@/, 'should hold an address')
        .default('Watchpost <newsletter@watchpost.example>'),
      postalAddress: z.string().default(''),
      daily: z.object({ time: wallTime }).default({ time: '07:00' }),
      weekly: z
        .object({ day: z.enum(WEEKDAYS, `should be one of ${WEEKDAYS.join(', ')}`), time: wallTime })
        .default({ day: 'tuesday', time: '08:00' }),
      monthly: z
        .object({ day: z.number().int().min(1).max(28), time: wallTime })
        .default({ day: 1, time: '08:00' }),
      latestHours: z.number().min(0).default(12),
      /** From which severity on a new article asks on the desk whether readers should be told at once. */
      alertFrom: z.enum(SEVERITIES, `should be one of ${SEVERITIES.join(', ')}`).default('critical'),
    })
    .prefault({}),
  comments: commentRules,
  /** What /.well-known/security.txt says (RFC 9116); without a contact, the address that letters come from. */
  security: z
    .object({
      contact: z.union([contact, z.array(contact).min(1)]).optional(),
      policy: webAddress.optional(),
      encryption: webAddress.optional(),
      acknowledgments: webAddress.optional(),
      languages: z.array(language).optional(),
    })
    .prefault({}),
});
export type Site = z.output<typeof siteFields>;

export const authorFields = z.object({
  name: z.string(),
  role: z.string().default(''),
  /** A house's own byline is no person. */
  kind: z.enum(['person', 'organization'], 'should be person or organization').default('person'),
  picture: z.object({ src: z.string(), alt: z.string().default('') }).optional(),
  links: z.array(z.object({ label: z.string(), url: z.string() })).default([]),
});

export interface Author extends z.output<typeof authorFields> {
  id: string;
  path: string;
}

export const pageFields = z.object({ title: z.string(), dek: z.string().default('') });

/** A page such as /about/. */
export interface Page extends z.output<typeof pageFields> {
  slug: string;
  path: string;
}

/** 0 for Sunday. */
export function weekdayNumber(day: Site['newsletter']['weekly']['day']): number {
  return WEEKDAYS.indexOf(day);
}

function isContact(text: string): boolean {
  return /^(?:https:\/\/|mailto:|tel:)\S+$/.test(text) || parseEmailAddress(text) !== undefined;
}

/** BCP 47 with ISO 639's names, as feeds, pages and Intl take them. */
function isLanguage(tag: string): boolean {
  return /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(tag) && isTaken(() => Intl.getCanonicalLocales(tag));
}

function isTimeZone(name: string): boolean {
  return isTaken(() => new Intl.DateTimeFormat('en', { timeZone: name }));
}

/** Intl says no by throwing. */
function isTaken(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch {
    return false;
  }
}
