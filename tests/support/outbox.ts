import { Sender, type SenderHooks } from '#core/mail/deliver.ts';
import type { Delivery } from '#core/mail/outbox-rows.ts';
import type { ReadyLetter } from '#core/mail/ready-letter.ts';
import type { SmtpTimes } from '#core/mail/smtp/settings.ts';
import { smtpRelay } from '#core/mail/smtp/smtp-relay.ts';
import type { Db } from '#core/platform/db.ts';
import type { Parts } from '#core/platform/parts.ts';
import type { EditionState } from '#db/schema.ts';
import { addSubscribers, NOW } from './rows.ts';

export const EDITION = '2026-11-24-weekly';

/** An edition that is being sent, with a letter to each of these addresses. */
export async function addEdition(db: Db, recipients: readonly string[], id = EDITION): Promise<void> {
  const times = { created_at: NOW, due_at: null, started_at: NOW, ended_at: null };
  const words = { subject: null, reason: '', since: NOW, until: NOW, title: 'An edition', contents: '{}' };
  await db
    .insertInto('edition')
    .values({
      id,
      number: 1,
      kind: 'digest',
      cadence: 'weekly',
      state: 'sending',
      last_story: 0,
      ...words,
      ...times,
    })
    .execute();
  const readers = recipients.map((recipient) => recipient.replace('@', '.at.'));
  for (const reader of readers) await addSubscribers(db, [reader], { email_key: reader });
  const rows = recipients.map((recipient, n) => ({
    ...({ kind: 'digest', state: 'queued', edition_id: id } as const),
    ...{ recipient, subscriber_id: readers[n] ?? '', domain: recipient.split('@')[1] ?? '' },
    ...{ message_id: `${id}.${readers[n]}@watchpost.test`, due_at: NOW, created_at: NOW },
  }));
  for (let n = 0; n < rows.length; n += 50)
    await db
      .insertInto('delivery')
      .values(rows.slice(n, n + 50))
      .execute();
}

export async function moveEdition(db: Db, state: EditionState, id = EDITION): Promise<void> {
  await db.updateTable('edition').set({ state }).where('id', '=', id).execute();
}

export interface SenderOptions {
  hooks?: SenderHooks;
  times?: Partial<SmtpTimes>;
  letterFor?: (delivery: Delivery) => Promise<ReadyLetter | { skip: string }>;
}

/** A sender of plain letters that hold their own Message-ID. */
export function plainSender(
  parts: Pick<Parts, 'db' | 'clock' | 'log'>,
  url: string,
  { hooks = {}, times = {}, letterFor = plainLetter }: SenderOptions = {},
): Sender {
  return new Sender(parts as Parts, { relay: smtpRelay(url, times), letterFor, hooks });
}

export async function plainLetter({ recipient, message_id }: Delivery): Promise<ReadyLetter> {
  const text = `To: ${recipient}\r\nMessage-ID: <${message_id}>\r\n\r\nWords.\r\n`;
  return { envelope: { from: 'bounces@watchpost.test', to: recipient }, bytes: Buffer.from(text) };
}
