import type { LetterFor } from '../mail/deliver.ts';
import type { DkimSigner } from '../mail/dkim.ts';
import { signedBytes } from '../mail/letter-bytes.ts';
import { LetterTemplate } from '../mail/letter-template.ts';
import { listUnsubscribe } from '../mail/list-headers.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import { envelopeSender } from '../mail/ready-letter.ts';
import { SLOT_MARKS, type SlotValues } from '../mail/slots.ts';
import { hasReturnPath } from '../mail/verp.ts';
import type { Parts } from '../platform/parts.ts';
import { derivedToken } from '../platform/tokens.ts';
import { editionLetter } from './edition-letter.ts';
import { editionById } from './edition-rows.ts';
import type { House } from './house.ts';
import { ReadersAtOnce } from './readers-at-once.ts';
import { RecentlyUsed } from './recently-used.ts';
import { variantById } from './variant-rows.ts';

type EditionLetterParts = Pick<Parts, 'config' | 'siteUrl' | 'secret' | 'db' | 'clock'> & {
  /** What the site says of itself now: for editions from before it was kept with them. */
  houseNow(): Promise<House>;
};

/** Patterns that are kept: 50 kB each. A sender works on few variants at a time. */
const KEPT_PATTERNS = 200;

interface Pattern {
  template: LetterTemplate;
  from: string;
}

/** Makes the letters of editions: what all readers of a variant share once, then a few bytes for each. */
export function editionLetters(parts: EditionLetterParts, signer: DkimSigner | undefined): LetterFor {
  const readers = new ReadersAtOnce(parts.db);
  const patterns = new RecentlyUsed<Promise<Pattern>>(KEPT_PATTERNS);
  const patternOf = async (delivery: Delivery, hasPhrase: boolean): Promise<Pattern> => {
    const key = `${delivery.edition_id} ${delivery.variant_id} ${hasPhrase ? 'with a phrase' : ''}`;
    try {
      return await patterns.of(key, () => patternFor(parts, delivery, hasPhrase));
    } catch (error) {
      patterns.forget(key); // the next letter may find the database in better health
      throw error;
    }
  };
  return async (delivery) => {
    const reader = await readers.of(delivery.subscriber_id ?? '');
    if (!reader) return { skip: 'the subscriber was erased meanwhile' };
    if (reader.state !== 'confirmed') return { skip: 'unsubscribed meanwhile' };
    const pattern = await patternOf(delivery, reader.phrase !== '');
    const values = valuesFor(parts, delivery, reader.phrase);
    const returnAddress = envelopeSender(parts, pattern.from, delivery.id);
    const own = {
      to: delivery.recipient,
      messageId: delivery.message_id,
      date: new Date(delivery.created_at),
      listUnsubscribe: listUnsubscribe(
        `${parts.siteUrl.origin}/newsletter/unsubscribe/${values.unsubscribe}/`,
        hasReturnPath(parts.config) ? returnAddress : undefined,
      ),
    };
    return {
      envelope: { from: returnAddress, to: delivery.recipient },
      bytes: await signedBytes(pattern.template.filled(own, values), signer, parts.clock.now()),
    };
  };
}

async function patternFor(
  { db, config, siteUrl, houseNow }: EditionLetterParts,
  { id, edition_id, variant_id }: Delivery,
  hasPhrase: boolean,
): Promise<Pattern> {
  const edition = await editionById(db, edition_id ?? '');
  const variant = await variantById(db, variant_id ?? 0);
  if (!edition || !variant) throw new Error(`delivery ${id} is of no edition`);
  const house = edition.contents.house ?? (await houseNow());
  const marks = hasPhrase ? SLOT_MARKS : { ...SLOT_MARKS, phrase: '' };
  const letter = editionLetter({ config, siteUrl, house }, edition, variant, marks);
  return { template: new LetterTemplate(letter), from: letter.from.address };
}

/** A reader's own parts of a letter. Whoever is erased has no tokens any more that lead anywhere. */
export function valuesFor(
  { secret }: Pick<Parts, 'secret'>,
  { recipient, subscriber_id }: Pick<Delivery, 'recipient' | 'subscriber_id'>,
  phrase: string,
): SlotValues {
  const token = (purpose: 'preferences' | 'unsubscribe' | 'comment') =>
    derivedToken(secret, purpose, subscriber_id ?? '');
  return {
    address: recipient,
    phrase,
    preferences: token('preferences'),
    unsubscribe: token('unsubscribe'),
    comment: token('comment'),
  };
}
