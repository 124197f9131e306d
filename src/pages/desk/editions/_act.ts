import type { AstroGlobal } from 'astro';
import type { App } from '#core/app.ts';
import type { AtDesk } from '#core/desk/sessions.ts';
import { alertSuggestions, dismissAlert } from '#core/editions/alert-suggestions.ts';
import { approveEdition } from '#core/editions/approve-edition.ts';
import type { Stop } from '#core/editions/before-start.ts';
import {
  cancelEdition,
  holdBackEdition,
  pauseEdition,
  resumeEdition,
  scheduleEdition,
} from '#core/editions/move-edition.ts';
import { scheduleLetter } from '#core/editions/scheduled.ts';
import { sendAlert } from '#core/editions/send-alert.ts';
import { letterNamed, sendLetter } from '#core/editions/send-letter.ts';
import { AppError } from '#core/platform/errors.ts';
import { takeInstance } from '#core/platform/instance.ts';
import { counted } from '../../../components/wording.ts';
import { type Form, formOf } from '../../_form.ts';
import { markRefused } from '../../_status.ts';
import { pressedOf } from '../_pressed.ts';
import { stepUpFirst } from '../_session.ts';
import { settledBy } from './_settle.ts';
import { instantTyped, WALL_TIME_FORM } from './_wall-time.ts';

/** What a form of these pages has brought about, for the notice above. */
export interface Done {
  kind: 'good' | 'attention';
  title: string;
  /** How it can be taken back. */
  undo?: { action: string; letters: readonly number[] };
}

/**
 * Does what the request's form asks for, where it is one; a rule that it breaks is told, with its status.
 *
 * @returns an answer of its own where whoever asks must first show who they are
 */
export async function doneBy(page: Page, person: AtDesk): Promise<Done | Response | undefined> {
  const { request, response, locals } = page;
  if (request.method !== 'POST') return undefined;
  try {
    const form = await formOf(request);
    const first = SENDS.includes(form.text('action'))
      ? stepUpFirst(page, person, pressedOf(form, 'at'))
      : undefined;
    if (first) return first;
    if (SURE.includes(form.text('action'))) requireSure(form);
    const settled = await settledBy(locals.app, form);
    return settled ?? { kind: 'good', title: await actOnEdition(locals.app, form) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    return { kind: 'attention', title: error.message };
  }
}

type Page = Pick<AstroGlobal, 'request' | 'response' | 'locals' | 'url'>;

const SCHEDULED = 'It goes out by itself at that time.';

/** Acts by which letters go to more than one: they need a step-up. */
const SENDS = [
  'alert',
  'letter',
  'approve',
  'resume',
  'schedule',
  'schedule-letter',
  'again',
  'some-again',
  'take',
];

/** Acts that cannot be taken back: a box is ticked first. */
const SURE = ['alert', 'letter', 'approve', 'cancel', 'again', 'take'];

/**
 * Does what a form of the desk's pages of editions asks for.
 *
 * @returns what happened, in words
 * @throws AppError as the core's own; `invalid` where the act is none of ours
 */
async function actOnEdition(app: App, form: Form): Promise<string> {
  const action = form.text('action');
  const id = form.text('id');
  if (action === 'alert') return alert(app, id);
  if (action === 'dismiss') return dismissAlert(app, id).then(() => 'It is not asked about again.');
  if (action === 'letter') return outcome(await sendLetter(app, letterNamed(app, id)));
  if (action === 'approve') return outcome(await approveEdition(app, id));
  if (action === 'pause') return pauseEdition(app, id, 'paused at the desk').then(() => 'It is paused.');
  if (action === 'resume') return resumeEdition(app, id).then(() => 'It goes on.');
  if (action === 'schedule') return scheduleEdition(app, id, timeOf(app, form)).then(() => SCHEDULED);
  if (action === 'schedule-letter')
    return scheduleLetter(app, letterNamed(app, id), timeOf(app, form)).then(() => SCHEDULED);
  if (action === 'hold')
    return holdBackEdition(app, id, 'Its time was taken back at the desk.').then(
      () => 'It waits for your word.',
    );
  if (action === 'cancel')
    return `It is cancelled; ${counted(await cancelEdition(app, id), 'letter')} not sent.`;
  if (action === 'take') return takeInstance(app).then(() => 'From now on editions are sent from here.');
  throw new AppError('invalid', 'There is no such act.');
}

/** The time that was typed, as UTC text. */
function timeOf({ library }: App, form: Form): string {
  const at = instantTyped(form.text('at').trim(), library.site);
  if (at === undefined) throw new AppError('invalid', `Nothing was changed. ${WALL_TIME_FORM}`);
  return at;
}

async function alert(app: App, key: string): Promise<string> {
  const suggestion = (await alertSuggestions(app)).find((one) => one.key === key);
  if (!suggestion) throw new AppError('conflict', 'That alert was sent or dismissed meanwhile.');
  return outcome(await sendAlert(app, suggestion));
}

type Outcome = Awaited<ReturnType<typeof approveEdition>> | Awaited<ReturnType<typeof sendAlert>>;

function outcome(made: Outcome): string {
  if (made.state === 'made')
    return `${counted(made.recipients, 'letter')} on the way, as ${made.edition.id}.`;
  refuseStopped(made);
  return 'Nothing was sent: nobody has anything new to get.';
}

/** @throws AppError `invalid` where the box beside the button is not ticked */
export function requireSure(form: Form): void {
  if (form.text('sure') === '')
    throw new AppError('invalid', 'Nothing was done: tick the box beside the button first.');
}

/** @throws AppError `conflict` where something is wrong with what was to be sent */
export function refuseStopped(made: { state: string; stops?: readonly Stop[] }): void {
  if (made.stops)
    throw new AppError('conflict', `It was not sent: ${made.stops.map(({ message }) => message).join(' ')}`);
}
