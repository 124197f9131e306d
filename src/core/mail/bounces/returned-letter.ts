import type { Parts } from '../../platform/parts.ts';
import type { Delivery } from '../outbox-rows.ts';
import { deliveryOfVerp } from '../verp.ts';
import type { Traces } from './report.ts';
import { deliveryById, editionDelivery, singleDelivery } from './returned-rows.ts';

/**
 * The letter of ours that a report speaks of. Anyone can write to the bounce address and name any reader; so only
 * what they cannot know without having seen the letter counts: the return address with its keyed mark, or the
 * Message-ID with the reader's random id in it. An address alone proves nothing.
 */
export async function returnedLetter(
  parts: Pick<Parts, 'db' | 'secret'>,
  { addresses, originalMessageId }: Traces,
): Promise<Delivery | undefined> {
  const { db } = parts;
  for (const address of addresses) {
    const id = deliveryOfVerp(parts, address);
    const delivery = id === undefined ? undefined : await deliveryById(db, id);
    if (delivery) return delivery;
  }
  return originalMessageId === undefined ? undefined : letterOfMessageId(db, originalMessageId);
}

async function letterOfMessageId(db: Parts['db'], messageId: string): Promise<Delivery | undefined> {
  const [, edition = '', subscriber = ''] = /^(.+)\.([^.@]+)@/.exec(messageId) ?? [];
  const delivery = await editionDelivery(db, edition, subscriber);
  return delivery?.message_id === messageId ? delivery : singleDelivery(db, messageId);
}
