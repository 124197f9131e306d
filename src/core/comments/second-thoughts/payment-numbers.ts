import { passesLuhn, remainderOf97 } from './check-digits.ts';
import { type Found, masked } from './found.ts';

/** Card numbers and bank accounts whose check digits are right. */
export function paymentNumbers(text: string): Found[] {
  return [...cards(text), ...accounts(text)];
}

/** 13 to 19 digits, in groups or not, that no letter, digit or part of an address touches. */
const DIGITS = /(?<![\p{L}\d_./=-])\d(?:[ -]?\d){12,18}(?![\p{L}\d_/-]|\.\d)/gu;

function cards(text: string): Found[] {
  return [...text.matchAll(DIGITS)]
    .filter(([typed]) => isCard(typed))
    .map(({ 0: typed, index }) => ({
      kind: 'personal-number',
      start: index,
      end: index + typed.length,
      shown: masked(typed, 4),
      words:
        'This looks like the number of a payment card: take it out, as whoever reads it here could use it.',
    }));
}

function isCard(typed: string): boolean {
  const number = typed.replace(/\D/g, '');
  const groups = typed.split(/[ -]/).map((group) => group.length);
  if (new Set(number).size < 4 || PUBLISHED_CARDS.has(number)) return false;
  return (
    ISSUERS.some(([range, ...shapes]) => range.test(number) && shapes.includes(groups.join('-'))) &&
    passesLuhn(number)
  );
}

/** Ranges as the issuers have them (ISO/IEC 7812), each with the groups in which its numbers are written. */
const ISSUERS: readonly (readonly [range: RegExp, ...groups: string[]])[] = [
  [/^4/, '16', '4-4-4-4'], // Visa
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, '16', '4-4-4-4'], // Mastercard
  [/^3[47]/, '15', '4-6-5'], // American Express
  [/^6(?:011|4[4-9]|5)/, '16', '4-4-4-4'], // Discover
  [/^35(?:2[89]|[3-8])/, '16', '4-4-4-4'], // JCB
  [/^62/, '16', '4-4-4-4', '4-4-4-4-3', '6-13'], // UnionPay
  [/^3(?:0[0-5]|[689])/, '4-6-4', '4-4-4-2'], // Diners Club; 14 digits in a row are often a time
];

/**
 * Test numbers that payment services publish, as far as they have more than three different digits (4111 1111 1111
 * 1111 and 4242 4242 4242 4242 have not): everybody quotes them, and no bank has given them out.
 */
const PUBLISHED_CARDS: ReadonlySet<string> = new Set([
  '4012888888881881',
  '4000056655665556',
  '4007702835532454',
  '4917610000000000',
  '378282246310005',
  '371449635398431',
  '378734493671000',
  '6011000990139424',
  '6011981111111113',
  '5200828282828210',
  '5425233430109903',
  '2223003122003222',
  '2222405343248877',
  '3530111333300000',
  '3566002020360505',
  '30569309025904',
  '38520000023237',
  '6200000000000005',
]);

function accounts(text: string): Found[] {
  return [...text.matchAll(/(?<![\p{L}\d_/-])[A-Z]{2}\d{2}(?=[ -]?[A-Z\d])/gu)].flatMap(({ index }) => {
    const typed = accountAt(text, index);
    if (typed === undefined) return [];
    return {
      kind: 'personal-number',
      start: index,
      end: index + typed.length,
      shown: masked(typed, 4),
      words:
        'This looks like the number of a bank account (IBAN): everybody could read it here, so better send it privately.',
    };
  });
}

/** The IBAN that begins here, with its spaces: as long as its country's, its check digits right (ISO 13616). */
function accountAt(text: string, start: number): string | undefined {
  const length = IBAN_LENGTHS.get(text.slice(start, start + 2)) ?? 0;
  const [typed = ''] = /^[A-Z\d](?:[ -]?[A-Z\d])*/.exec(text.slice(start, start + 2 * length)) ?? [];
  let end = 0;
  for (let read = 0; read < length; end += 1) {
    if (end >= typed.length) return undefined;
    if (/[A-Z\d]/.test(typed.charAt(end))) read += 1;
  }
  const number = typed.slice(0, end).replace(/[ -]/g, '');
  if (/[\p{L}\d_]/u.test(text.charAt(start + end)) || PUBLISHED_IBANS.has(number)) return undefined;
  return remainderOf97(number) === 1 ? typed.slice(0, end) : undefined;
}

/** From SWIFT's IBAN registry. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  `NO15 BE16 DK18 FI18 FO18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 CH21 HR21 LI21 LV21 BG22
  BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 AE23 GI23 IL23 IQ23 SO23 TL23 AD24 CZ24 ES24 MD24 PK24 RO24 SA24 SE24 SK24
  TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 MC27 MR27 SM27 AL28 AZ28 BY28 CY28 DO28 GT28 HU28 LB28
  NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 MT31 SC31 LC32 RU33`
    .trim()
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The registry's and Wikipedia's own examples, which tutorials repeat. */
const PUBLISHED_IBANS: ReadonlySet<string> = new Set([
  'DE89370400440532013000',
  'DE75512108001245126199',
  'GB82WEST12345698765432',
  'GB29NWBK60161331926819',
  'FR1420041010050500013M02606',
  'NL91ABNA0417164300',
  'CH9300762011623852957',
  'ES9121000418450200051332',
  'AT611904300234573201',
  'BE68539007547034',
  'IT60X0542811101000000123456',
]);
