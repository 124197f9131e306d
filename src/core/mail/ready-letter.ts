import type { Clock } from '../platform/clock.ts';
import type { LetterFor } from './deliver.ts';
import { type DkimSigner, dkimSigned } from './dkim.ts';
import { EditionFault } from './edition-fault.ts';
import { type Letter, messageBytes } from './letter.ts';
import type { Delivery } from './outbox-rows.ts';

/** A letter as it goes out. */
export interface ReadyLetter {
  envelope: { from: string; to: string };
  /** The whole message, CRLF at the end of every line, signed where signing is set. */
  bytes: Buffer;
}

/** Writes the letter of a row at the moment of sending, or says why it is no longer wanted. */
export type LetterMaker = (delivery: Delivery) => Promise<Letter | { skip: string }>;

/** Letters composed one by one, and signed where signing is set. */
export function composed(
  make: LetterMaker,
  { dkim, clock }: { dkim: DkimSigner | undefined; clock: Clock },
): LetterFor {
  return async (delivery) => {
    const letter = await make(delivery);
    if ('skip' in letter) return letter;
    const plain = await messageBytes(letter);
    const bytes = dkim ? signed(plain, dkim, clock.now()) : plain;
    return { envelope: { from: letter.from.address, to: letter.to }, bytes };
  };
}

/** @throws EditionFault: where signing was asked for, nothing goes out unsigned */
function signed(plain: Buffer, dkim: DkimSigner, now: Date): Buffer {
  try {
    return dkimSigned(plain, dkim, now);
  } catch {
    throw new EditionFault('Letters cannot be signed with DKIM_KEY, and none is sent unsigned.');
  }
}
