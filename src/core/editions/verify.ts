import PostalMime, { type Email } from 'postal-mime';
import type { Library } from '../articles/library.ts';
import type { DkimSigner } from '../mail/dkim.ts';
import { signatureState } from '../mail/dkim-check.ts';
import { filledIn, SLOT_MARKS } from '../mail/slots.ts';
import type { Parts } from '../platform/parts.ts';
import { escapeHtml } from '../platform/safe-html.ts';
import { editionLetter } from './edition-letter.ts';
import { valuesFor } from './edition-letters.ts';
import { editionById } from './edition-rows.ts';
import { editionText, textBetweenRules, textHash } from './edition-text.ts';
import { houseOf } from './house.ts';
import { variantById } from './variant-rows.ts';
import { deliveryByMessageId, type SentRow } from './verify-rows.ts';

type VerifyParts = Parts & { library: Library };

/** One thing that was looked at, and whether it speaks for the letter. */
export interface Check {
  holds: boolean;
  text: string;
}

export type Verdict =
  | { state: 'ours' | 'not-ours'; checks: Check[] }
  /** It is no letter, or its essential parts are missing. */
  | { state: 'unreadable' };

/**
 * Whether a letter, as its reader has it, is one that we sent to them: by our signature, by our books, and by what it says.
 * Nothing is asked of the network.
 *
 * @param bytes the message as a mail program saves it (.eml)
 */
export async function verifyLetter(
  parts: VerifyParts,
  signer: DkimSigner | undefined,
  bytes: Buffer,
): Promise<Verdict> {
  const letter = await PostalMime.parse(bytes).catch(() => undefined);
  if (!letter?.from || letter.headers.length < 3) return { state: 'unreadable' };
  const row = await deliveryByMessageId(parts.db, (letter.messageId ?? '').replace(/^<|>$/g, ''));
  const signature = signatureCheck(bytes, signer);
  const checks = [
    ...(signature ? [signature] : []),
    bookCheck(letter, row),
    ...(row ? await contentChecks(parts, letter, row, signature?.holds === true) : []),
  ];
  return { state: checks.every(({ holds }) => holds) ? 'ours' : 'not-ours', checks };
}

function signatureCheck(bytes: Buffer, signer: DkimSigner | undefined): Check | undefined {
  if (!signer) return undefined;
  const words = {
    holds: 'It is signed with our key, and nothing in it was changed since.',
    broken: 'It carries our signature, but was changed since it was signed, or the signature is made up.',
    none: 'It is not signed by us; every letter of ours is.',
  };
  const state = signatureState(bytes, signer);
  return { holds: state === 'holds', text: words[state] };
}

function bookCheck({ to = [] }: Email, row: SentRow | undefined): Check {
  if (!row) return { holds: false, text: 'We have sent no letter with this Message-ID.' };
  if (row.state === 'skipped' || row.state === 'queued')
    return { holds: false, text: `We have a letter with this Message-ID, but it is ${row.state}, not sent.` };
  if (row.recipient === '')
    return { holds: true, text: 'We have sent a letter with this Message-ID; its reader was erased since.' };
  const isTo = to.some(({ address }) => address?.toLowerCase() === row.recipient.toLowerCase());
  const when = row.sent_at ? ` on ${row.sent_at.slice(0, 16).replace('T', ' at ')} UTC` : '';
  return isTo
    ? { holds: true, text: `We have sent a letter with this Message-ID to this address${when}.` }
    : { holds: false, text: 'We have sent a letter with this Message-ID, but to another address.' };
}

async function contentChecks(
  parts: VerifyParts,
  letter: Email,
  row: SentRow,
  isSigned: boolean,
): Promise<Check[]> {
  const edition = await editionById(parts.db, row.edition_id ?? '');
  const variant = await variantById(parts.db, row.variant_id ?? 0);
  if (!edition || !variant)
    return isSigned
      ? []
      : [{ holds: false, text: 'A letter of this kind is only known by our signature, which it lacks.' }];
  const house = edition.contents.house ?? houseOf(parts.library.site, parts.siteUrl);
  const said = editionText(house, edition, variant);
  const found = textBetweenRules(letter.text ?? '');
  const isSame = found !== undefined && textHash(found) === textHash(said);
  const phrase = /^Your phrase: (.*)$/m.exec(letter.text?.split(said)[0] ?? '')?.[1]?.trim() ?? '';
  const pattern = editionLetter({ ...parts, house }, edition, variant, {
    ...SLOT_MARKS,
    phrase: phrase && SLOT_MARKS.phrase,
  });
  const own = valuesFor(parts, row, phrase);
  const inHtml = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, escapeHtml(value)]));
  const htmlIsOurs = bare(letter.html) === bare(filledIn(pattern.html, { ...own, ...inHtml }));
  const textIsOurs = bare(letter.text) === bare(filledIn(pattern.text, own));
  return [
    isSame
      ? { holds: true, text: `It says what the edition ${edition.id} says (SHA-256 ${textHash(said)}).` }
      : { holds: false, text: `It does not say what the edition ${edition.id} says to this reader.` },
    htmlIsOurs && textIsOurs
      ? { holds: true, text: 'Its links lead where ours lead, in both of its parts.' }
      : { holds: false, text: 'Its links or its looks are not those of the letter that we sent.' },
  ];
}

function bare(text = ''): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
