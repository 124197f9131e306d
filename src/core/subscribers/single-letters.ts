import type { DeliveryKind } from '#db/schema.ts';
import { enqueue } from '../mail/outbox-rows.ts';
import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { randomToken } from '../platform/tokens.ts';
import type { Subscriber } from './subscriber-rows.ts';

/** Puts a letter of its own for one subscriber into the outbox; its Message-ID, from which its tokens are derived. */
export async function enqueueLetter(
  trx: Trx,
  { clock, siteUrl }: Pick<Parts, 'clock' | 'siteUrl'>,
  kind: Extract<DeliveryKind, 'confirm' | 'link' | 'welcome'>,
  { id, email }: Pick<Subscriber, 'id' | 'email'>,
): Promise<string> {
  const messageId = `${kind}.${randomToken().slice(0, 22)}@${siteUrl.hostname}`;
  await enqueue(trx, {
    kind,
    subscriber_id: id,
    recipient: email,
    message_id: messageId,
    created_at: isoTime(clock.now()),
  });
  return messageId;
}
