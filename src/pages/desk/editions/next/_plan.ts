import type { Library } from '#core/articles/library.ts';
import type { Site } from '#core/articles/site.ts';
import { NO_PLAN, type Plan } from '#core/editions/plan.ts';
import { AppError } from '#core/platform/errors.ts';
import type { Form } from '../../../_form.ts';
import { instantTyped, WALL_TIME_FORM, wallTime } from '../_wall-time.ts';

/** A plan as the form shows it: what was typed, also where it is no plan yet. */
export interface TypedPlan {
  introduction: string;
  lead: string;
  /** The place typed beside each story, by slug; empty for none. */
  places: ReadonlyMap<string, string>;
  omitted: readonly string[];
  /** Wall time in the site's zone, as `<input type="datetime-local">` has it: `2026-11-24T08:00`. */
  time: string;
}

export function typedPlan(form: Form): TypedPlan {
  const places = form.texts('place');
  return {
    introduction: form.text('introduction').replaceAll('\r\n', '\n'),
    lead: form.text('lead'),
    places: new Map(form.texts('story').map((slug, n) => [slug, places[n]?.trim() ?? ''])),
    omitted: form.texts('omitted'),
    time: form.text('time').trim(),
  };
}

/** A plan that is kept, as the form shows it. */
export function shownPlan(plan: Plan, site: Site): TypedPlan {
  return {
    introduction: plan.introduction,
    lead: plan.lead ?? '',
    places: new Map(plan.order.map((slug, n) => [slug, String(n + 1)])),
    omitted: plan.omitted,
    time: plan.dueAt === undefined ? '' : wallTime(plan.dueAt, site),
  };
}

/** @throws AppError `invalid`, with the fields `order` and `dueAt`; the core looks at the rest */
export function planFrom(typed: TypedPlan, site: Site): Plan {
  const { introduction, lead, omitted, time } = typed;
  const fields: Record<string, string> = {};
  if (placed(typed).some(([, place]) => !/^[1-9]\d{0,2}$/.test(place)))
    fields.order = 'A place is a number from 1 on; leave it empty where it does not matter.';
  const dueAt = instantTyped(time, site);
  if (time !== '' && dueAt === undefined) fields.dueAt = WALL_TIME_FORM;
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'The plan needs a change.', fields);
  return {
    introduction,
    order: placed(typed).map(([slug]) => slug),
    omitted,
    ...(lead === '' ? {} : { lead }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

/** One thing in which two plans differ, in words. */
export interface Difference {
  what: string;
  typed: string;
  saved: string;
}

/** In what a plan that was typed differs from the one that is saved. */
export function differences(typed: TypedPlan, saved: Plan = NO_PLAN, library: Library): Difference[] {
  const shown = shownPlan(saved, library.site);
  const words = (plan: TypedPlan): Record<string, string> => ({
    Introduction: plan.introduction.trim() || 'None',
    Lead: titles(library, plan.lead === '' ? [] : [plan.lead]) || 'None in particular',
    Order:
      titles(
        library,
        placed(plan).map(([slug]) => slug),
      ) || 'The newest first',
    'Left out': titles(library, plan.omitted) || 'Nothing',
    Time: plan.time.replace('T', ' ') || 'By the schedule',
  });
  const [mine, theirs] = [words(typed), words(shown)];
  return Object.entries(mine).flatMap(([what, own]) =>
    own === theirs[what] ? [] : [{ what, typed: own, saved: theirs[what] ?? '' }],
  );
}

/** Slugs and their places, the first first. */
function placed({ places }: TypedPlan): [string, string][] {
  return [...places].filter(([, place]) => place !== '').sort(([, a], [, b]) => Number(a) - Number(b));
}

function titles(library: Library, slugs: readonly string[]): string {
  return slugs.map((slug) => library.written(slug)?.title ?? slug).join('; ');
}
