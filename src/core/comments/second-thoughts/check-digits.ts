/** The last digit by Luhn's rule (ISO/IEC 7812-1, annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - place));
    sum += place % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 === 0;
}

/** An IBAN whose check digits are right leaves 1 (ISO 7064 MOD 97-10, letters counted from 10). */
export function remainderOf97(iban: string): number {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

/** No check digit, but ranges that were never given out; and the numbers of wallets, advertisements and manuals. */
export function isSsn(plain: string): boolean {
  return !/^(?:000|666|9)|^...00|0000$|^(?:078051120|219099999|457555462|123456789|111111111)$/.test(plain);
}

/** HMRC's NIM39110: letters that are not used; QQ is the one of examples, and Q is among them. */
export function isNino(plain: string): boolean {
  return /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?!123456)/.test(plain);
}

/** ISO 7064 MOD 11,10, and one digit among the first ten comes twice or thrice. */
export function isSteuerId(plain: string): boolean {
  if (plain.startsWith('0') || ![8, 9].includes(new Set(plain.slice(0, 10)).size)) return false;
  let product = 10;
  for (const digit of plain.slice(0, 10)) product = (((Number(digit) + product) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === Number(plain.charAt(10));
}

export function isBsn(plain: string): boolean {
  return !/^0{2}/.test(plain) && weighted(plain, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

export function isBelgian(plain: string): boolean {
  const check = Number(plain.slice(9));
  const before = Number(plain.slice(0, 9));
  return 97 - (before % 97) === check || 97 - ((2_000_000_000 + before) % 97) === check;
}

export function isNir(plain: string): boolean {
  return 97 - (Number(plain.slice(0, 13)) % 97) === Number(plain.slice(13));
}

export function isDni(plain: string): boolean {
  const digits = plain.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  if (digits.length !== 8 || digits === '12345678') return false;
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(digits) % 23) === plain.at(-1);
}

/** Decree of 23 December 1976: characters at odd places have values of their own. */
export function isCodiceFiscale(plain: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  const sum = [...plain.slice(0, 15)].reduce((total, character, place) => {
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    return total + (place % 2 === 0 ? (odd[value] ?? 0) : value);
  }, 0);
  return String.fromCharCode(65 + (sum % 26)) === plain.at(-1) && plain !== 'RSSMRA85T10A562S';
}

export function isEan(plain: string): boolean {
  return weighted(plain, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

export function isPersonnummer(plain: string): boolean {
  const short = plain.slice(-10);
  // Sixty is added to the day of people who are not registered (samordningsnummer).
  const day = String(Number(short.slice(4, 6)) % 60);
  return isDay(short.slice(2, 4), day) && passesLuhn(short);
}

export function isFodselsnummer(plain: string): boolean {
  return (
    weighted(plain, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(plain, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

/** Only with a letter to check: six digits, a dash and four digits are a time in many logs. */
export function isHetu(plain: string): boolean {
  const digits = plain.replace(/\D/g, '');
  if (!isDay(digits.slice(2, 4), digits.slice(0, 2))) return false;
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(digits) % 31) === plain.at(-1);
}

export function isPesel(plain: string): boolean {
  return weighted(plain, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

export function isCpf(plain: string): boolean {
  const check = (length: number) => {
    const weights = Array.from({ length }, (_, place) => length + 1 - place);
    return ((weighted(plain, weights) * 10) % 11) % 10 === Number(plain.charAt(length));
  };
  return new Set(plain).size > 1 && plain !== '12345678909' && check(9) && check(10);
}

export function isTfn(plain: string): boolean {
  return plain !== '123456782' && weighted(plain, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** GB 11643-1999: ISO 7064 MOD 11-2 over the place, the day of birth and a number. */
export function isChinese(plain: string): boolean {
  if (!isDay(plain.slice(10, 12), plain.slice(12, 14))) return false;
  const sum = weighted(plain, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return '10X98765432'.charAt(sum % 11) === plain.at(-1);
}

/** Each digit times its weight, summed. */
function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, place) => sum + weight * Number(digits.charAt(place)), 0);
}

/** True of a day and month that exist; some states add to them to tell centuries and people apart. */
function isDay(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
}
