import type { AstroGlobal } from 'astro';
import type { AtDesk } from '#core/desk/sessions.ts';
import { lookAtPlan } from '#core/editions/look-at-plan.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { dropPlan, savePlan } from '#core/editions/plan.ts';
import { AppError } from '#core/platform/errors.ts';
import type { Cadence } from '#core/subscribers/subscriber.ts';
import { type Form, formOf } from '../../../_form.ts';
import { markRefused } from '../../../_status.ts';
import { pressedOf } from '../../_pressed.ts';
import { stepUpFirst } from '../../_session.ts';
import { refuseStopped, requireSure } from '../_act.ts';
import { planFrom, type TypedPlan, typedPlan } from './_plan.ts';

type Page = Pick<AstroGlobal, 'request' | 'response' | 'locals' | 'url'>;

/** What a form asked for and did not get; what was typed into it, where something was. */
export interface Refused {
  error: AppError;
  typed: TypedPlan | undefined;
}

export function composePath(cadence: Cadence): string {
  return `/desk/editions/next/${cadence}/`;
}

/**
 * Does what the request's form asks for, where it is one.
 *
 * @returns where its outcome, or the step-up before a send, is shown, or why nothing was done
 */
export async function composedBy(
  page: Page,
  cadence: Cadence,
  person: AtDesk,
): Promise<Response | Refused | undefined> {
  const { request, response } = page;
  if (request.method !== 'POST') return undefined;
  let typed: TypedPlan | undefined;
  try {
    const form = await formOf(request);
    const first = form.text('action') === 'send' ? stepUpFirst(page, person, pressedOf(form)) : undefined;
    if (first) return first;
    if (['save', 'look'].includes(form.text('action'))) typed = typedPlan(form);
    const location = await outcomeOf(page, cadence, form, typed);
    return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    return { error, typed };
  }
}

async function outcomeOf(
  { locals: { app } }: Page,
  cadence: Cadence,
  form: Form,
  typed: TypedPlan | undefined,
): Promise<string> {
  const here = composePath(cadence);
  const action = form.text('action');
  const version = form.text('version');
  if (typed) {
    const plan = planFrom(typed, app.library.site);
    if (action === 'look') return `${here}?look=${await lookAtPlan(app, cadence, { plan, version })}`;
    const { savedAt } = await savePlan(app, cadence, plan, version);
    return `${here}?saved=${encodeURIComponent(savedAt)}`;
  }
  if (action !== 'send' && action !== 'drop') throw new AppError('invalid', 'There is no such act.');
  requireSure(form);
  if (action === 'drop') return dropPlan(app, cadence, version).then(() => `${here}?dropped`);
  const made = await makeEdition(app, cadence, app.clock.now(), { version });
  refuseStopped(made);
  if (made.state !== 'made')
    throw new AppError('conflict', 'Nothing was sent: nobody has anything new to get.');
  return `/desk/editions/${made.edition.id}/`;
}
