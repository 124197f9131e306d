import { type DkimSigner, dkimField } from './dkim.ts';
import type { Letter } from './letter.ts';
import { LetterTemplate, type UnsignedLetter } from './letter-template.ts';
import type { SlotValues } from './slots.ts';

const NO_SLOTS: SlotValues = { address: '', phrase: '', preferences: '', unsubscribe: '', comment: '' };

/** A letter to one reader as RFC 5322 bytes, signed where there is a signer. @throws SigningFailed */
export async function letterBytes(
  letter: Letter,
  signer: DkimSigner | undefined,
  now: Date,
): Promise<Buffer> {
  return signedBytes(new LetterTemplate(letter).filled(letter, NO_SLOTS), signer, now);
}

/** A copy of a letter as RFC 5322 bytes, signed where there is a signer. @throws SigningFailed */
export async function signedBytes(
  { head, signedFields, body, whole }: UnsignedLetter,
  signer: DkimSigner | undefined,
  now: Date,
): Promise<Buffer> {
  const signature = signer ? await dkimField(signer, signedFields, body, now) : '';
  const before = `${signature}${head}\r\n`; // ASCII
  const start = whole.length - body.length - before.length;
  if (start < 0) return Buffer.concat([Buffer.from(before, 'latin1'), body]);
  whole.write(before, start, 'latin1');
  return whole.subarray(start);
}
