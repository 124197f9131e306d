import type { AstroGlobal } from 'astro';
import { clearReports } from '#core/desk/policy-reports.ts';
import { AppError } from '#core/platform/errors.ts';
import { acknowledgeRuns } from '#core/platform/process-runs.ts';
import { scoreHeaders } from '#server/observatory.ts';
import { type Form, formOf } from '../../_form.ts';
import { markRefused } from '../../_status.ts';

/** What a form of the page has brought about. */
export interface Done {
  kind: 'good' | 'attention';
  title: string;
}

/** Does what the request's form asks for, where it is one. */
export async function doneBy({
  request,
  response,
  locals,
}: Pick<AstroGlobal, 'request' | 'response' | 'locals'>): Promise<Done | undefined> {
  if (request.method !== 'POST') return undefined;
  try {
    return { kind: 'good', title: await act(locals.app, await formOf(request)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    return { kind: 'attention', title: error.message };
  }
}

async function act(app: App.Locals['app'], form: Form): Promise<string> {
  const action = form.text('action');
  if (action === 'score') {
    const { grade } = await scoreHeaders(app);
    return `The Observatory’s code gives the headers ${grade}.`;
  }
  if (action === 'acknowledge') {
    await acknowledgeRuns(app, form.text('id'));
    return 'Acknowledged.';
  }
  if (action === 'clear') {
    if (form.text('sure') === '')
      throw new AppError('invalid', 'Nothing was done: tick the box beside the button first.');
    await clearReports(app);
    return 'The reports are cleared. What comes from now on is counted anew.';
  }
  throw new AppError('invalid', 'There is no such act.');
}
