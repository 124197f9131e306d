import type { App } from '#core/app.ts';
import { eraseCommentsOf } from '#core/comments/own-comments.ts';
import { AppError } from '#core/platform/errors.ts';
import {
  addByHand,
  askByHand,
  changeByHand,
  liftByHand,
  suppressByHand,
  unsubscribeByHand,
} from '#core/subscribers/by-hand.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { mailboxFrom } from '#core/subscribers/mailbox.ts';
import { sendLinkByHand } from '#core/subscribers/send-link.ts';
import { alertsFrom, type Choices, choicesFrom } from '#core/subscribers/subscriber.ts';
import { type Subscriber, subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import type { Form } from '../../_form.ts';
import { listPath, SUBSCRIBERS_PATH, subscriberPath } from './_filter.ts';

type Act = (app: App, subscriber: Subscriber, form: Form) => Promise<Record<string, string>>;

/** What can be done about somebody; each gives what the page then says, `did`, and what it needs besides. */
const ACTS: Record<string, Act> = {
  async choices(app, subscriber, form) {
    const wanted = { choices: choicesTyped(app, form), evidence: form.text('evidence') };
    if (!(await changeByHand(app, subscriber, wanted))) return { did: 'left' };
    const { cadence, topics, alerts } = subscriber;
    return { did: 'changed', was: [cadence, topics, alertsFrom(alerts) ?? ''].join(';') };
  },
  send: async (app, subscriber) => ({ did: await sendLinkByHand(app, subscriber) }),
  async unsubscribe(app, subscriber, form) {
    await unsubscribeByHand(app, subscriber, form.text('evidence'));
    return { did: 'unsubscribed' };
  },
  suppress: (app, { email_key }, form) => suppressed(app, email_key, form),
  lift: (app, { email_key }, form) => lifted(app, email_key, form),
  async erase(app, subscriber, form) {
    if (form.text('sure') === '')
      throw new AppError('invalid', 'Nothing was erased: tick the box beside the button first.');
    if (form.text('comments') !== '') await eraseCommentsOf(app, subscriber.email_key);
    await eraseSubscriber(app, subscriber);
    return { did: 'erased' };
  },
};

/**
 * Does what a form on the page of a subscriber asks for.
 *
 * @returns where it leads to
 * @throws AppError as the core's own; `invalid` where the act is none of ours
 */
export async function actOnSubscriber(app: App, subscriber: Subscriber, form: Form): Promise<string> {
  const action = form.text('action');
  const act = Object.hasOwn(ACTS, action) ? ACTS[action] : undefined;
  if (!act) throw new AppError('invalid', 'There is no such act.');
  const done = await act(app, subscriber, form);
  return done.did === 'erased' ? listPath({}, done) : subscriberPath(subscriber.id, done);
}

/** Adds somebody, or asks them first; where it leads to. */
export async function addPerson(app: App, form: Form): Promise<string> {
  const email = form.text('email');
  const person = { email, choices: choicesTyped(app, form), evidence: form.text('evidence') };
  const did = form.text('how') === 'recorded' ? await addByHand(app, person) : await askByHand(app, person);
  if (did === 'guarded') throw new AppError('conflict', GUARDED);
  const subscriber = await subscriberByKey(app.db, mailboxFrom(email).key);
  return subscriber ? subscriberPath(subscriber.id, { did }) : SUBSCRIBERS_PATH;
}

const GUARDED =
  'Not added: they left, or their address is kept out. Nobody brings them back but they themselves, by signing up.';

/** Keeps an address out, known or not, or lets it back in; where it leads to. */
export async function guardAddress(app: App, form: Form): Promise<string> {
  const { key } = mailboxFrom(form.text('email'));
  const action = form.text('action');
  if (action !== 'suppress' && action !== 'lift') throw new AppError('invalid', 'There is no such act.');
  const done = action === 'suppress' ? await suppressed(app, key, form) : await lifted(app, key, form);
  return `${SUBSCRIBERS_PATH}address/?${new URLSearchParams(done)}`;
}

async function suppressed(app: App, key: string, form: Form): Promise<Record<string, string>> {
  const isNew = await suppressByHand(app, key, form.text('evidence'));
  return { did: isNew ? 'suppressed' : 'suppressed-before' };
}

async function lifted(app: App, key: string, form: Form): Promise<Record<string, string>> {
  const isLifted = await liftByHand(app, key, form.text('evidence'));
  return { did: isLifted ? 'lifted' : 'not-suppressed' };
}

export function choicesTyped({ library }: App, form: Form): Choices {
  const known = library.topics().map(({ id }) => id);
  const typed = { cadence: form.text('cadence'), topics: form.texts('topics'), alerts: form.text('alerts') };
  return choicesFrom(typed, known);
}

/** What somebody got before a change, from the address that it led to; undefined where it says none. */
export function choicesBefore({ library }: App, { searchParams }: URL): Choices | undefined {
  const [cadence = '', topics = '', alerts = '', ...rest] = (searchParams.get('was') ?? '').split(';');
  if (searchParams.get('did') !== 'changed' || cadence === '' || rest.length > 0) return undefined;
  const known = library.topics().map(({ id }) => id);
  return choicesFrom({ cadence, topics: topics.split(','), alerts }, known);
}
