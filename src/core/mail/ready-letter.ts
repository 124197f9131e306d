import { domainOf } from '../platform/email-address.ts';
import type { Parts } from '../platform/parts.ts';
import type { LetterFor } from './deliver.ts';
import type { DkimSigner } from './dkim.ts';
import type { Letter } from './letter.ts';
import { letterBytes } from './letter-bytes.ts';
import type { Delivery } from './outbox-rows.ts';
import { hasReturnPath, verpAddress } from './verp.ts';

/** A letter as it goes over the wire. */
export interface ReadyLetter {
  envelope: { from: string; to: string };
  /** The whole message: CRLF, signed where a key is set, no line that begins with a dot in its body. */
  bytes: Buffer;
}

/** Writes the letter of a row at the moment of sending, or says why it is no longer wanted. */
export type LetterMaker<D extends Delivery = Delivery> = (delivery: D) => Promise<Letter | { skip: string }>;

type ComposingParts = Pick<Parts, 'config' | 'secret' | 'clock'>;

/** Letters that are each their reader's alone, composed one by one, and signed where there is a signer. */
export function composed(
  make: LetterMaker,
  parts: ComposingParts,
  signer: DkimSigner | undefined,
): LetterFor {
  return async (delivery) => {
    const letter = await make(delivery);
    if ('skip' in letter) return letter;
    return {
      envelope: { from: envelopeSender(parts, letter.from.address, delivery.id), to: letter.to },
      bytes: await letterBytes(letter, signer, parts.clock.now()),
    };
  };
}

/** Where what comes back of a letter goes: the delivery's own return address where somebody reads it, else the sender. */
export function envelopeSender(
  parts: Pick<Parts, 'config' | 'secret'>,
  from: string,
  delivery: number,
): string {
  return hasReturnPath(parts.config) ? verpAddress(parts, domainOf(from), delivery) : from;
}
