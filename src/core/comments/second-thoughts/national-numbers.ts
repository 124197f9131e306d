import {
  isBelgian,
  isBsn,
  isChinese,
  isCodiceFiscale,
  isCpf,
  isDni,
  isEan,
  isFodselsnummer,
  isHetu,
  isNino,
  isNir,
  isPersonnummer,
  isPesel,
  isSsn,
  isSteuerId,
  isTfn,
  passesLuhn,
} from './check-digits.ts';
import { type Found, masked } from './found.ts';

/**
 * Numbers that states give to people. Each must have its form and its check digits right, and, where digits alone
 * are too common a form, its name shortly before it.
 */
export function nationalNumbers(text: string): Found[] {
  return NUMBERS.flatMap(({ name, form, label, isValid }) =>
    [...text.matchAll(form)]
      .filter(
        ({ 0: typed, index }) => isLabelled(text, index, label) && isValid(typed.replace(/[ .+-]/g, '')),
      )
      .map(({ 0: typed, index }) => ({
        kind: 'personal-number',
        start: index,
        end: index + typed.length,
        shown: masked(typed, 3),
        words: `This looks like ${name}: here everybody could read it and pass for its owner, so take it out.`,
      })),
  );
}

/** The label in the forty characters before, with nothing but a few words between. */
function isLabelled(text: string, index: number, label: RegExp | undefined): boolean {
  return label === undefined || label.test(text.slice(Math.max(0, index - 40), index));
}

interface NationalNumber {
  readonly name: string;
  readonly form: RegExp;
  /** Undefined where the form alone is telling. */
  readonly label?: RegExp;
  readonly isValid: (plain: string) => boolean;
}

const numberOf = (
  name: string,
  form: string,
  isValid: (plain: string) => boolean,
  label?: RegExp,
): NationalNumber => ({
  name,
  form: new RegExp(String.raw`(?<![\p{L}\d_./-])${form}(?![\p{L}\d_/-]|\.\d)`, 'gu'),
  isValid,
  ...(label && { label }),
});

const NUMBERS: readonly NationalNumber[] = [
  numberOf('a US social security number', String.raw`\d{3}-\d{2}-\d{4}`, isSsn),
  numberOf('a US social security number', String.raw`\d{3} ?\d{2} ?\d{4}`, isSsn, /\bssn\b|social security/i),
  numberOf('a British National Insurance number', String.raw`[A-Z]{2} \d{2} \d{2} \d{2} [A-D]`, isNino),
  numberOf(
    'a British National Insurance number',
    String.raw`[A-Z]{2} ?\d{6} ?[A-D]`,
    isNino,
    /\bni(?:no| n)|national insurance/i,
  ),
  numberOf(
    'a German tax number',
    String.raw`\d{2} ?\d{3} ?\d{3} ?\d{3}`,
    isSteuerId,
    /steuer|\bidnr|\btin\b|tax (?:id|number)/i,
  ),
  numberOf(
    'a Dutch citizen number (BSN)',
    String.raw`\d{3}[. ]?\d{3}[. ]?\d{3}|\d{4}\.\d{2}\.\d{3}`,
    isBsn,
    /\bbsn\b|burgerservice|sofi/i,
  ),
  numberOf('a Belgian national number', String.raw`\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}`, isBelgian),
  numberOf(
    'a French social security number',
    String.raw`[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}`,
    isNir,
  ),
  numberOf('a Spanish identity number', String.raw`[XYZ]?-?\d{7,8}[ -]?[A-Z]`, isDni, /\b(?:dni|nie|nif)\b/i),
  numberOf('an Italian tax code', String.raw`[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]`, isCodiceFiscale),
  numberOf('a Swiss AHV number', String.raw`756\.\d{4}\.\d{4}\.\d{2}`, (plain) => isEan(plain)),
  numberOf(
    'a Swedish personal number',
    String.raw`(?:19|20)?\d{6}[-+]?\d{4}`,
    isPersonnummer,
    /person(?:al )?(?:nummer|number|nr)|\bpnr\b/i,
  ),
  numberOf('a Norwegian identity number', String.raw`\d{6} ?\d{5}`, isFodselsnummer, /f[øo]dselsn|personn/i),
  numberOf('a Finnish identity number', String.raw`\d{6}[-+A]\d{3}[A-FHJ-NPR-Y]`, isHetu),
  numberOf('a Polish PESEL number', String.raw`\d{11}`, isPesel, /pesel/i),
  numberOf('a Brazilian CPF number', String.raw`\d{3}\.\d{3}\.\d{3}-\d{2}`, isCpf),
  numberOf(
    'a Canadian social insurance number',
    String.raw`\d{3}[ -]?\d{3}[ -]?\d{3}`,
    passesLuhn,
    /\bsin\b|social insurance/i,
  ),
  numberOf('an Australian tax file number', String.raw`\d{3} ?\d{3} ?\d{3}`, isTfn, /\btfn\b|tax file/i),
  numberOf('a Chinese identity number', String.raw`[1-8]\d{5}(?:19|20)\d{9}[\dX]`, isChinese),
];
