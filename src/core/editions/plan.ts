import type { Library } from '../articles/library.ts';
import { isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { writePlan } from './plan-rows.ts';

/** What an editor has in mind for the next digest of a cadence; it is used up by that digest. */
export interface Plan {
  /** Markdown; empty for none. */
  introduction: string;
  /** Slug of the story that comes first, for whoever gets it. */
  lead?: string | undefined;
  /** Slugs of those that follow, in their order; the others come after them, newest first. */
  order: readonly string[];
  /** Slugs of stories that are left out: they count as told. */
  omitted: readonly string[];
  /** When it goes out instead of at the next hour of the schedule, UTC text. */
  dueAt?: string | undefined;
}

export const NO_PLAN: Plan = { introduction: '', order: [], omitted: [] };

export const INTRODUCTION_MAX = 5000;

/** Stories as the plan has them: the lead, those it orders, then the rest as they came. */
export function arranged<T extends { slug: string }>(stories: readonly T[], plan: Plan = NO_PLAN): T[] {
  const kept = stories.filter(({ slug }) => !plan.omitted.includes(slug));
  const first = [...new Set([...(plan.lead === undefined ? [] : [plan.lead]), ...plan.order])];
  const placed = first.flatMap((slug) => kept.find((story) => story.slug === slug) ?? []);
  return [...placed, ...kept.filter((story) => !placed.includes(story))];
}

/**
 * Keeps a plan for the next digest of a cadence in place of the one before.
 *
 * @throws AppError `invalid`, with the fields `introduction`, `lead`, `order`, `omitted`, `dueAt`
 */
export async function savePlan(
  parts: Parts & { library: Library },
  cadence: Cadence,
  plan: Plan,
): Promise<Plan> {
  const fields = problemsOf(parts, plan);
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'The plan needs a change.', fields);
  const kept = {
    ...plan,
    introduction: plan.introduction.trim(),
    ...(plan.dueAt === undefined ? {} : { dueAt: isoTime(new Date(plan.dueAt)) }),
  };
  await writePlan(parts.db, cadence, kept, isoTime(parts.clock.now()));
  return kept;
}

function problemsOf({ library, clock }: Parts & { library: Library }, plan: Plan): Record<string, string> {
  const problems: Record<string, string> = {};
  if (plan.introduction.trim().length > INTRODUCTION_MAX)
    problems.introduction = `This has ${plan.introduction.trim().length} characters; ${INTRODUCTION_MAX} are the most.`;
  const chosen = {
    lead: plan.lead === undefined ? [] : [plan.lead],
    order: plan.order,
    omitted: plan.omitted,
  };
  for (const [field, slugs] of Object.entries(chosen)) {
    const unknown = slugs.find((slug) => !library.written(slug));
    if (unknown !== undefined) problems[field] = `There is no article "${unknown}".`;
  }
  if (plan.lead !== undefined && plan.omitted.includes(plan.lead))
    problems.lead = 'The story that comes first cannot be left out.';
  if (plan.dueAt !== undefined && !(Date.parse(plan.dueAt) > clock.now().getTime()))
    problems.dueAt = 'Choose a time that is still to come.';
  return problems;
}
