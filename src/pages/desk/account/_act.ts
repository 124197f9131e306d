import type { AstroGlobal } from 'astro';
import { removePasskey, renamePasskey } from '#core/desk/own-passkeys.ts';
import { changeOwnName } from '#core/desk/people.ts';
import { makeRecoveryCodes } from '#core/desk/recovery-codes.ts';
import { type AtDesk, revokeSession } from '#core/desk/sessions.ts';
import { tryCode } from '#core/desk/sign-in.ts';
import { AppError } from '#core/platform/errors.ts';
import { counted } from '../../../components/wording.ts';
import { type Form, formOf } from '../../_form.ts';
import { markRefused } from '../../_status.ts';
import { pressedOf } from '../_pressed.ts';
import { keepSession, stepUpFirst } from '../_session.ts';

/** What a form of the page has brought about. */
export interface Done {
  kind: 'good' | 'attention';
  title: string;
  /** Just made: shown now and never again. */
  codes?: string[];
  /** Of the code that was typed. */
  codeError?: string | undefined;
  /** Of the name that was typed, and that name. */
  nameError?: string | undefined;
  typedName?: string;
}

type Page = Pick<AstroGlobal, 'request' | 'response' | 'locals' | 'cookies' | 'url'>;

/** With these somebody else's hand could keep a way in, or close one's own. */
const STEPPED_UP = ['codes', 'remove'];
const NO_CODE = 'This is no recovery code of yours, or it was used: each is good once.';

/** Does what the request's form asks for, where it is one. */
export async function doneBy(page: Page, person: AtDesk): Promise<Done | Response | undefined> {
  const { request, response } = page;
  if (request.method !== 'POST') return undefined;
  let typedName = '';
  try {
    const form = await formOf(request);
    typedName = form.text('own-name');
    const action = form.text('action');
    const first = STEPPED_UP.includes(action) ? stepUpFirst(page, person, pressedOf(form)) : undefined;
    return first ?? (await act(page, person, form));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    const { code: codeError, name: nameError } = error.fields;
    return { kind: 'attention', title: error.message, codeError, nameError, typedName };
  }
}

async function act(page: Page, person: AtDesk, form: Form): Promise<Done> {
  const { app } = page.locals;
  const action = form.text('action');
  const id = form.text('id');
  if (action === 'codes') {
    const codes = await makeRecoveryCodes(app, person);
    return { kind: 'good', title: 'These are your recovery codes. Keep them now.', codes };
  }
  if (action === 'try') return drill(page, person, form.text('code'));
  if (action === 'name') return takeName(page, person, form.text('own-name'));
  if (action === 'rename')
    return renamePasskey(app, person, { id, name: form.text('name') }).then(() =>
      good('It has its new name.'),
    );
  if (action === 'remove')
    return good(`“${await removePasskey(app, person, id)}” does not open the desk any more.`);
  if (action === 'revoke') return revokeSession(app, person, id).then(() => good('That session has ended.'));
  throw new AppError('invalid', 'There is no such act.');
}

async function drill(page: Page, person: AtDesk, code: string): Promise<Done> {
  const { app, clientAddress: network } = page.locals;
  const tried = await tryCode(app, person, code, { network, isRecovery: false });
  if (!tried) throw new AppError('invalid', 'That code does not open the desk.', { code: NO_CODE });
  keepSession(page, tried.token);
  return good(`It works. It is used up by that: ${counted(tried.left, 'code')} left. The drill is done.`);
}

async function takeName({ locals }: Page, person: AtDesk, typed: string): Promise<Done> {
  const name = await changeOwnName(locals.app, person, typed);
  locals.desk = { ...person, name }; // for what this very page shows
  return good(`You are ${name} at the desk. What you did before keeps the name of then.`);
}

function good(title: string): Done {
  return { kind: 'good', title };
}
