import type { Site } from '#core/articles/site.ts';
import type { Plan } from '#core/editions/plan.ts';
import { instantAt } from '#core/editions/slots.ts';
import { AppError } from '#core/platform/errors.ts';
import type { Form } from '../../../_form.ts';

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
export function shownPlan(plan: Plan, { timeZone }: Site): TypedPlan {
  return {
    introduction: plan.introduction,
    lead: plan.lead ?? '',
    places: new Map(plan.order.map((slug, n) => [slug, String(n + 1)])),
    omitted: plan.omitted,
    time: plan.dueAt === undefined ? '' : wallTime(plan.dueAt, timeZone),
  };
}

/** @throws AppError `invalid`, with the fields `order` and `dueAt`; the core looks at the rest */
export function planFrom({ introduction, lead, places, omitted, time }: TypedPlan, site: Site): Plan {
  const placed = [...places].filter(([, place]) => place !== '');
  const fields: Record<string, string> = {};
  if (placed.some(([, place]) => !/^[1-9]\d{0,2}$/.test(place)))
    fields.order = 'A place is a number from 1 on; leave it empty where it does not matter.';
  const wall = time === '' ? undefined : Date.parse(`${time}Z`);
  if (wall !== undefined && !(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(time) && Number.isFinite(wall)))
    fields.dueAt = 'Write the time as 2026-11-24T08:00.';
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'The plan needs a change.', fields);
  const order = placed.sort(([, a], [, b]) => Number(a) - Number(b)).map(([slug]) => slug);
  return {
    introduction,
    order,
    omitted,
    ...(lead === '' ? {} : { lead }),
    ...(wall === undefined ? {} : { dueAt: instantAt(wall, site.timeZone).toISOString() }),
  };
}

function wallTime(at: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return format.format(new Date(at)).replace(' ', 'T');
}
