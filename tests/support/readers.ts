import assert from 'node:assert/strict';
import type { Parts } from '#core/platform/parts.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { confirm } from '#core/subscribers/confirm.ts';
import { subscribe } from '#core/subscribers/subscribe.ts';
import type { Choices } from '#core/subscribers/subscriber.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';

/** Signs an address up, as the form would. */
export async function signUp(app: Parts, email: string, choices: Partial<Choices> = {}): Promise<void> {
  const all = { cadence: 'weekly', topics: [], alerts: 0, ...choices } as const;
  await subscribe(app, { email, choices: all, network: '192.0.2.1', consent: 'Send me the digest' });
}

/** Signs up and confirms; the subscriber's id. */
export async function addReader(app: Parts, email: string, choices: Partial<Choices> = {}): Promise<string> {
  await signUp(app, email, choices);
  const state = await confirm(app, await confirmToken(app, email), '192.0.2.1');
  assert.equal(state.state, 'confirmed');
  const subscriber = await subscriberByKey(app.db, email.toLowerCase());
  assert.ok(subscriber);
  return subscriber.id;
}

/** The token in the newest confirmation letter to an address. */
export async function confirmToken(app: Parts, email: string): Promise<string> {
  return derivedToken(app.secret, 'confirm', await confirmMessage(app, email));
}

/** The Message-ID of that letter. */
export async function confirmMessage(app: Parts, email: string): Promise<string> {
  const { message_id } = await app.db
    .selectFrom('delivery')
    .select('message_id')
    .where('recipient', '=', email)
    .where('kind', '=', 'confirm')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  return message_id;
}
