import { load, YAMLException } from 'js-yaml';
import { z } from 'zod';
import { parseEmailAddress } from '../platform/email-address.ts';
import { listFields } from '../platform/list-fields.ts';

/** So many at once, and then one more after each such time. */
const rate = (burst: number, everySeconds: number) =>
  z
    .object({
      burst: z.number().int().min(1, 'should be at least 1').default(burst),
      everySeconds: z.number().positive('should be more than 0').default(everySeconds),
    })
    .prefault({})
    .transform((given) => ({ burst: given.burst, everyMs: given.everySeconds * 1000 }));

/** Who may comment, how long, and what is held for a person. */
export const commentRules = z
  .object({
    /** Hold the first comment of each person. */
    holdFirst: z.boolean().default(true),
    /** Hold a comment with more links than this. */
    maxLinks: z.number().int().min(0).default(2),
    /** What is always held for a person, and what is never published. */
    hold: listFields,
    block: listFields,
    requireName: z.boolean().default(true),
    requireEmail: z.boolean().default(true),
    /** Which comments stand first. */
    order: z.enum(['oldest', 'newest'], 'should be oldest or newest').default('oldest'),
    /** Days after publication when an article takes no more comments; 0 for never. */
    closeAfterDays: z.number().int().min(0).default(0),
    /** No new comments anywhere. */
    readOnly: z.boolean().default(false),
    flood: z.object({ network: rate(20, 20), article: rate(1200, 1), overall: rate(3000, 0.2) }).prefault({}),
    /** Who is written to about held comments; without it, the address that letters come from. */
    moderator: z
      .string()
      .refine((text) => parseEmailAddress(text) !== undefined, 'should be a mail address')
      .optional(),
  })
  .prefault({});
export type CommentRules = z.output<typeof commentRules>;

/**
 * Rules that are to be tried: those of now, or those of a file with a part `comments:`, with single ones changed.
 *
 * @param changes such as `maxLinks=1` or `hold.words=casino,bet`
 */
export function rulesFrom(
  now: CommentRules,
  file: string | undefined,
  changes: readonly string[],
): { rules: CommentRules } | { problems: string[] } {
  const wanted = file === undefined ? asWritten(now) : partOf(file);
  if (wanted === undefined) return { problems: ['The file should be YAML with a part "comments:".'] };
  for (const change of changes) {
    const [, name = '', value = ''] = /^([\w.]+)=(.*)$/s.exec(change) ?? [];
    if (!name) return { problems: [`"${change}" should be like maxLinks=1.`] };
    if (!setAt(wanted, name.split('.'), value)) return { problems: [`There is no rule "${name}".`] };
  }
  const parsed = commentRules.safeParse(wanted);
  if (parsed.success) return { rules: parsed.data };
  return { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
}

type Written = Record<string, unknown>;

/** The rules as site.yaml would say them: rates are read into milliseconds. */
function asWritten(rules: CommentRules): Written {
  const written = structuredClone(rules) as Written;
  written.flood = Object.fromEntries(
    Object.entries(rules.flood).map(([name, { burst, everyMs }]) => [
      name,
      { burst, everySeconds: everyMs / 1000 },
    ]),
  );
  return written;
}

function partOf(file: string): Written | undefined {
  try {
    const { comments } = (load(file) ?? {}) as { comments?: unknown };
    return typeof comments === 'object' && comments !== null ? (comments as Written) : undefined;
  } catch (error) {
    if (error instanceof YAMLException || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Sets a rule to what a word on the command line says; false where there is no such rule. */
function setAt(rules: Written, [name = '', ...rest]: readonly string[], value: string): boolean {
  if (rest.length > 0) {
    rules[name] ??= {};
    const inner = rules[name];
    return typeof inner === 'object' && inner !== null && setAt(inner as Written, rest, value);
  }
  const known = commentRules.safeParse({}).data as Written | undefined;
  const isList = ['words', 'domains', 'addresses', 'networks'].includes(name);
  if (!isList && !(name in rules) && !(name in (known ?? {}))) return false;
  rules[name] = isList ? value.split(',').filter(Boolean) : load(value || "''");
  return true;
}
