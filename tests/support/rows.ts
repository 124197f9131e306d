import type { Insertable } from 'kysely';
import { commentHtml } from '#core/comments/markup/comment-markup.ts';
import type { Db } from '#core/platform/db.ts';
import type { Schema } from '#db/schema.ts';

export const NOW = '2026-11-24T09:00:00.000Z';

export async function addSubscribers(
  db: Db,
  ids: string[],
  given: Partial<Insertable<Schema['subscriber']>> = {},
): Promise<void> {
  const rows = ids.map((id) => ({ id, email: `${id}@example.org`, email_key: `${id}@example.org` }));
  const choices = { cadence: 'weekly', topics: '', alerts: 0, state: 'confirmed' } as const;
  const times = { asked: 0, asked_at: null, created_at: NOW, confirmed_at: NOW, ended_at: null };
  await db
    .insertInto('subscriber')
    .values(rows.map((row) => ({ ...row, ...choices, ...times, ...given })))
    .execute();
}

export async function addDelivery(
  db: Db,
  subscriber: string,
  given: Partial<Insertable<Schema['delivery']>> = {},
): Promise<void> {
  const row = {
    kind: 'confirm',
    subscriber_id: subscriber,
    recipient: `${subscriber}@example.org`,
    message_id: `${subscriber}@x`,
  } as const;
  await db
    .insertInto('delivery')
    .values({ ...row, state: 'queued', due_at: NOW, created_at: NOW, ...given })
    .execute();
}

export function comment(given: Partial<Insertable<Schema['comment']>>) {
  const words = {
    article: 'a-story',
    name: 'Ann',
    email: 'ann@example.org',
    email_key: 'ann@example.org',
    body: 'Words',
    html: commentHtml('Words'),
  };
  return { ...words, state: 'held' as const, reason: 'no-filter', notify: 0, created_at: NOW, ...given };
}

export function draft(body: string, given: { parent?: string } = {}) {
  const person = { name: 'Ann', email: 'ann@example.org', website: '', notify: false, honeypot: '' };
  return {
    article: 'first-story',
    body,
    parent: '',
    network: '192.0.2.1',
    userAgent: 'a browser',
    referrer: '',
    ...person,
    ...given,
  };
}
