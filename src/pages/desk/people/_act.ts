import type { AstroGlobal } from 'astro';
import { invite, takeInvitationBack } from '#core/desk/invitations.ts';
import { changeRole, checkedPerson, removePerson } from '#core/desk/people.ts';
import { ROLES } from '#core/desk/roles.ts';
import type { AtDesk } from '#core/desk/sessions.ts';
import { AppError } from '#core/platform/errors.ts';
import { type Form, formOf } from '../../_form.ts';
import { markRefused } from '../../_status.ts';
import { pressedOf } from '../_pressed.ts';
import { stepUpFirst } from '../_session.ts';

/** What a form of the page has brought about. */
export interface Done {
  kind: 'good' | 'attention';
  title: string;
  /** Just made: shown now and never again. */
  link?: string;
  errors?: Readonly<Record<string, string>>;
  /** What was typed where it was refused. */
  name?: string;
}

type Page = Pick<AstroGlobal, 'request' | 'response' | 'locals' | 'url'>;

/** Does what the request's form asks for, where it is one; each act of this page needs a step-up. */
export async function doneBy(page: Page, person: AtDesk): Promise<Done | Response | undefined> {
  const { request, response, locals } = page;
  if (request.method !== 'POST') return undefined;
  const form = await formOf(request);
  const first = stepUpFirst(page, person, pressedOf(form, 'name', 'role'));
  if (first) return first;
  try {
    return await act(locals.app, person, form);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    return { kind: 'attention', title: error.message, errors: error.fields, name: form.text('name') };
  }
}

async function act(app: App.Locals['app'], person: AtDesk, form: Form): Promise<Done> {
  const action = form.text('action');
  const id = form.text('id');
  if (action === 'invite') {
    const { name, role } = checkedPerson(form.text('name'), form.text('role'));
    const link = await invite(app, person, { name, role });
    return { kind: 'good', title: `This link lets ${name} in, once.`, link };
  }
  if (action === 'take-back')
    return takeInvitationBack(app, person, id).then(() => good('That link lets nobody in any more.'));
  if (action === 'role') {
    const role = ROLES.find((one) => one === form.text('role'));
    if (!role) throw new AppError('invalid', 'Nothing was changed: choose a role.');
    return good(`${await changeRole(app, person, id, role)} is ${role} now.`);
  }
  if (action === 'remove') {
    if (form.text('sure') === '')
      throw new AppError('invalid', 'Nothing was done: tick the box beside the button first.');
    return good(`${await removePerson(app, person, id)} is not at the desk any more.`);
  }
  throw new AppError('invalid', 'There is no such act.');
}

function good(title: string): Done {
  return { kind: 'good', title };
}
