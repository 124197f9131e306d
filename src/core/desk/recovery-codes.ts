import { randomBytes } from 'node:crypto';
import { recordAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenHash } from '../platform/tokens.ts';
import { holdPerson, markDrilled } from './person-rows.ts';
import { codesLeft, deleteCodesOf, insertCodes, markCodeUsed, unusedCode } from './recovery-code-rows.ts';
import type { AtDesk, DeskParts } from './sessions.ts';

/** How many are made at once. */
export const CODES = 10;
/** No I, L, O, U: what is read off paper is typed as it was meant (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** So many letters of five bits: 100 bits, which nobody guesses, so that SHA-256 alone keeps them. */
const LENGTH = 20;
const GROUP = /.{5}(?=.)/g;

/**
 * Makes ten codes, each good for one sign-in without any device; those of before are worthless.
 *
 * @returns the codes, as `ABCDE-FGHJK-MNPQR-STVWX`: they can be shown now and never again
 */
export async function makeRecoveryCodes(parts: DeskParts, who: AtDesk): Promise<string[]> {
  const { db, clock } = parts;
  const codes = Array.from({ length: CODES }, newCode);
  await db.transaction().execute(async (trx) => {
    await holdPerson(trx, who.id); // of two who make some at once the second replaces those of the first
    await deleteCodesOf(trx, who.id);
    await insertCodes(trx, codes.map(codeHash), { person: who.id, now: isoTime(clock.now()) });
    await recordAct(trx, parts, { who: who.name, act: 'codes.make', subject: who.id });
  });
  return codes;
}

/**
 * Uses a code, once for all; with that its owner's drill is done.
 *
 * @param person whose it must be, where that is known
 * @returns whose it is; undefined where it is no code, or was used
 */
export async function useRecoveryCode(
  trx: Trx,
  { clock }: Pick<Parts, 'clock'>,
  typed: string,
  person?: string,
): Promise<{ person: string; left: number } | undefined> {
  const hash = codeHash(typed);
  const now = isoTime(clock.now());
  const owner = await unusedCode(trx, hash);
  if (owner === undefined || owner !== (person ?? owner)) return undefined;
  if (!(await markCodeUsed(trx, hash, now))) return undefined;
  await markDrilled(trx, owner, now);
  return { person: owner, left: await codesLeft(trx, owner) };
}

/** Which of these texts are unused codes of that person: only they are written into the file that is downloaded. */
export async function ownCodes(
  { db }: Pick<Parts, 'db'>,
  who: Pick<AtDesk, 'id'>,
  texts: readonly string[],
): Promise<string[]> {
  const owners = await Promise.all(texts.slice(0, CODES).map((text) => unusedCode(db, codeHash(text))));
  return texts.filter((_, n) => owners[n] === who.id);
}

function newCode(): string {
  // 256 is a multiple of 32: each letter is as likely as another.
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return letters.join('').replace(GROUP, '$&-');
}

function codeHash(typed: string): string {
  const read = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return tokenHash('recovery-code', read);
}
