import { isoTime } from '../platform/clock.ts';
import { CADENCES, type Cadence } from '../subscribers/subscriber.ts';
import type { EditionStory } from './edition.ts';
import { type EditionParts, plannedEdition } from './make-edition.ts';
import { NO_PLAN, type PlanState, planState } from './plan.ts';
import { planOf } from './plan-rows.ts';
import type { ReadersLately } from './readers-lately.ts';
import { nextSlot } from './slots.ts';

export interface NextDigest extends PlanState {
  cadence: Cadence;
  /** UTC text; a time of the plan's own stands in place of the schedule's. */
  at: string;
  /** UTC text: the schedule's. */
  slot: string;
}

/** When the next digest of each cadence goes out by itself, where there is something to tell then. */
export async function nextDigests(parts: EditionParts): Promise<NextDigest[]> {
  return Promise.all(CADENCES.map((cadence) => nextDigest(parts, cadence)));
}

export async function nextDigest(
  { db, library, clock }: EditionParts,
  cadence: Cadence,
): Promise<NextDigest> {
  const state = await planState(db, cadence);
  const slot = isoTime(nextSlot(library.site, cadence, clock.now()));
  return { cadence, ...state, at: state.plan?.dueAt ?? slot, slot };
}

/**
 * The stories among which an editor chooses for the next digest: what it would hold without a plan, and with the one
 * that is kept, in which others may have moved up. Newest first.
 */
export async function storiesToPlan(
  parts: EditionParts & { readersLately?: ReadersLately },
  cadence: Cadence,
): Promise<EditionStory[]> {
  const now = parts.clock.now();
  const plans = [NO_PLAN, (await planOf(parts.db, cadence)) ?? NO_PLAN];
  const planned = await Promise.all(
    plans.map((plan) => plannedEdition(parts, cadence, now, { plan, lately: parts.readersLately })),
  );
  const stories = planned.flatMap((one) => (one.state === 'made' ? one.edition.contents.stories : []));
  const bySlug = new Map(stories.map((story) => [story.slug, story]));
  return [...bySlug.values()].sort((a, b) => b.published.localeCompare(a.published));
}
