import type { App } from '#core/app.ts';
import { eraseCommentsOf } from '#core/comments/own-comments.ts';
import { AppError } from '#core/platform/errors.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import { alertsFrom, choicesFrom } from '#core/subscribers/subscriber.ts';
import type { Subscriber } from '#core/subscribers/subscriber-rows.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import type { Form } from '../_form.ts';

/** What a press on the page of preferences did. */
export type Pressed =
  | { did: 'nothing' | 'saved' | 'left' }
  | { did: 'erased-comments'; comments: number }
  /** They are gone, and their comments where they said so. */
  | { did: 'erased'; comments: number }
  /** What was typed stands in the form again. */
  | { did: 'refused'; error: AppError; phrase: string };

/** Does what a button of the page of preferences says. */
export async function press(app: App, subscriber: Subscriber, form: Form, network: string): Promise<Pressed> {
  const isSure = form.text('sure') !== '';
  switch (form.text('action')) {
    case 'leave':
      await unsubscribe(app, subscriber, network, 'preferences');
      return { did: 'left' };
    case 'erase-comments':
      if (!isSure) return { did: 'nothing' };
      return { did: 'erased-comments', comments: await eraseCommentsOf(app, subscriber.email_key) };
    case 'erase':
      return isSure ? erase(app, subscriber, form.text('comments') !== '') : { did: 'nothing' };
    default:
      return save(app, subscriber, form, network);
  }
}

async function erase(app: App, subscriber: Subscriber, withComments: boolean): Promise<Pressed> {
  const comments = withComments ? await eraseCommentsOf(app, subscriber.email_key) : 0;
  await eraseSubscriber(app, subscriber);
  return { did: 'erased', comments };
}

async function save(app: App, subscriber: Subscriber, form: Form, network: string): Promise<Pressed> {
  const typed = {
    cadence: form.text('cadence') || subscriber.cadence,
    topics: form.texts('topics'),
    alerts: form.texts('alerts')[0] ?? alertsFrom(subscriber.alerts) ?? '',
  };
  const known = app.library.topics().map(({ id }) => id);
  const phrase = form.texts('phrase')[0];
  try {
    const choices = { ...choicesFrom(typed, known), phrase };
    const isSaved = await changeChoices(app, subscriber, choices, network);
    return { did: isSaved ? 'saved' : 'nothing' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { did: 'refused', error, phrase: phrase ?? '' };
  }
}
