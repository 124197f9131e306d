import type { Library } from '../articles/library.ts';
import { noteAct } from '../platform/audit.ts';
import { isoAfter, isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { holdEditions, lastEdition } from './edition-rows.ts';
import { deletePlan, planOf, writePlan } from './plan-rows.ts';

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

/** A plan as it is kept. */
export interface KeptPlan extends Plan {
  /** UTC text; later than that of every plan which it took the place of. */
  savedAt: string;
}

/** Where the plans of a cadence stand: the one that is kept, and what tells this moment from any other. */
export interface PlanState {
  plan: KeptPlan | undefined;
  /** Changes whenever a plan is saved, thrown away or used up. */
  version: string;
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

/** What is kept for the next digest of a cadence now. */
export async function planState(db: Db | Trx, cadence: Cadence): Promise<PlanState> {
  const plan = await planOf(db, cadence);
  const last = (await lastEdition(db, cadence))?.number ?? 0;
  return { plan, version: `${last} ${plan?.savedAt ?? ''}`.trim() };
}

type PlanParts = Parts & { library: Library };

/**
 * Keeps a plan for the next digest of a cadence in place of the one before.
 *
 * @param version of the state that whoever wrote it began with; without it, whatever stands there is written over
 * @throws AppError `invalid`, with the fields `introduction`, `lead`, `order`, `omitted`, `dueAt`; `conflict` where
 *   somebody else saved meanwhile, or the digest went out
 */
export async function savePlan(
  parts: PlanParts,
  cadence: Cadence,
  plan: Plan,
  version?: string,
): Promise<KeptPlan> {
  const kept = checkedPlan(parts, plan);
  return parts.db.transaction().execute(async (trx) => {
    const before = await requireVersion(trx, cadence, version);
    const now = isoTime(parts.clock.now());
    const savedAt = before && before.savedAt >= now ? isoAfter(new Date(before.savedAt), 1) : now;
    await writePlan(trx, cadence, kept, savedAt);
    await noteAct(trx, parts, { act: 'plan.save', subject: `plan:${cadence}`, ...changed(before, kept) });
    return { ...kept, savedAt };
  });
}

/**
 * Throws the plan away: the next digest goes out by the schedule, with the newest first.
 *
 * @throws AppError `conflict` as `savePlan`
 */
export async function dropPlan(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
  cadence: Cadence,
  version: string,
): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    const plan = await requireVersion(trx, cadence, version);
    await deletePlan(trx, cadence);
    const { after: before } = changed(NO_PLAN, plan ?? NO_PLAN);
    await noteAct(trx, parts, { act: 'plan.drop', subject: `plan:${cadence}`, before });
  });
}

/** In what two plans differ, as JSON; of an introduction its beginning. */
function changed(before: Plan = NO_PLAN, after: Plan): { before: string; after: string } {
  const fields = (['introduction', 'lead', 'order', 'omitted', 'dueAt'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  const words = (plan: Plan) =>
    JSON.stringify(
      Object.fromEntries(
        fields.map((field) => {
          const value = plan[field] ?? null;
          return [field, typeof value === 'string' ? value.slice(0, 500) : value];
        }),
      ),
    );
  return { before: words(before), after: words(after) };
}

/**
 * Sees to it, until the transaction ends, that nobody else saves a plan or starts an edition, and that nobody has done so
 * since a state was read.
 *
 * @returns the plan that is kept
 * @throws AppError `conflict`
 */
export async function requireVersion(
  trx: Trx,
  cadence: Cadence,
  version: string | undefined,
): Promise<KeptPlan | undefined> {
  await holdEditions(trx);
  const now = await planState(trx, cadence);
  if (version === undefined || version === now.version) return now.plan;
  const isUsedUp = version.split(' ')[0] !== now.version.split(' ')[0];
  throw new AppError(
    'conflict',
    isUsedUp
      ? 'The digest went out meanwhile, with what was saved then. This would be for the one after it.'
      : 'What is saved was changed in another place meanwhile. Nothing of either is lost.',
  );
}

/**
 * A plan as it would be kept.
 *
 * @throws AppError `invalid` as `savePlan`
 */
export function checkedPlan(parts: Pick<PlanParts, 'library' | 'clock'>, plan: Plan): Plan {
  const fields = problemsOf(parts, plan);
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'The plan needs a change.', fields);
  return {
    ...plan,
    introduction: plan.introduction.trim(),
    ...(plan.dueAt === undefined ? {} : { dueAt: isoTime(new Date(plan.dueAt)) }),
  };
}

function problemsOf(
  { library, clock }: Pick<PlanParts, 'library' | 'clock'>,
  plan: Plan,
): Record<string, string> {
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
