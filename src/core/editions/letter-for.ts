import type { LetterMaker } from '../mail/ready-letter.ts';
import { confirmLetter } from '../subscribers/confirm-letter.ts';
import { linkLetter } from '../subscribers/link-letter.ts';
import { subscriberById } from '../subscribers/subscriber-rows.ts';
import type { EditionParts } from './make-edition.ts';
import { welcomeLetter } from './welcome-letter.ts';

/** Writes the single letters to subscribers at the moment of sending, so that who has left meanwhile gets none. */
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
    if (delivery.kind === 'welcome') return welcomeLetter(parts, delivery, subscriber);
    throw new Error(`delivery ${delivery.id} is a letter that nobody writes: ${delivery.kind}`);
  };
}
