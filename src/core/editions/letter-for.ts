import type { LetterMaker } from '../mail/ready-letter.ts';
import { confirmLetter } from '../subscribers/confirm-letter.ts';
import { linkLetter } from '../subscribers/link-letter.ts';
import { subscriberById } from '../subscribers/subscriber-rows.ts';
import { digestLetter } from './digest-letter.ts';
import { editionById } from './edition-rows.ts';
import type { EditionParts } from './make-edition.ts';
import { variantById } from './variant-rows.ts';

/** Makes the letter of any row that is for a subscriber at the moment of sending, so that who has left meanwhile gets none. */
export function letterMaker(parts: EditionParts): LetterMaker {
  return async (delivery) => {
    const subscriber = await subscriberById(parts.db, delivery.subscriber_id ?? '');
    if (!subscriber) return { skip: 'the subscriber was erased meanwhile' };
    if (delivery.kind === 'confirm') {
      return subscriber.state === 'pending'
        ? confirmLetter(parts, delivery, subscriber)
        : { skip: 'confirmed or left meanwhile' };
    }
    if (subscriber.state !== 'confirmed') return { skip: 'unsubscribed meanwhile' };
    if (delivery.kind === 'link') return linkLetter(parts, delivery, subscriber);
    if (delivery.kind === 'welcome') return { skip: 'there is no welcome yet' };
    const edition = await editionById(parts.db, delivery.edition_id ?? '');
    const variant = await variantById(parts.db, delivery.variant_id ?? 0);
    if (!edition || !variant) throw new Error(`delivery ${delivery.id} is of no edition`);
    return digestLetter(
      parts,
      edition,
      variant,
      subscriber,
      delivery.message_id,
      new Date(delivery.created_at),
    );
  };
}
