import { isHash, isPlaceholder } from './random-values.ts';

/**
 * True of a word that somebody may really use as a password: six characters or more in which letters meet digits
 * or signs. Plain words are none, as "password: use a long one" is advice; neither are the passwords of every list
 * (`123456`, `admin123`), hashes of leaked ones, code, versions and the names of algorithms.
 *
 * @param isMeant the writer said that it is the password, in quotation marks: then a plain word counts too
 */
export function looksPersonal(typed: string, isMeant = false): boolean {
  const value = typed.replace(/[.,;:!?)\]}>'"…]+$/, '');
  if (value.length < 6 || value.length > 64 || isPlaceholder(value) || isHash(value)) return false;
  if (EVERYBODYS.test(value) || TECHNICAL.test(value) || CODE.test(value)) return false;
  return isMeant || mixesKinds(value);
}

function mixesKinds(value: string): boolean {
  const hasLetter = /\p{L}/u.test(value);
  const hasDigit = /\d/.test(value);
  const hasSign = /[\p{L}\d][!@#$%^&*?+~|][\p{L}\d]/u.test(value);
  return (hasLetter && hasDigit) || hasSign || /^\d{6,12}$/.test(value);
}

/** What is in every list of common passwords and every manual of a router: nobody's secret. */
const EVERYBODYS =
  /^(?:admin|administrator|changeme|default|guest|iloveyou|letmein|master|monkey|p[a@4]ssw[o0]rds?|pass|qwerty|qwertz|root|secret|test|toor|user|welcome|abc|asdf|trustno)\W?\d{0,6}\W?$|^(?:12345|54321|98765)\d*$|correct-?horse/i;

/** Names with digits of their own, versions, counts ("12-character"), dates, addresses. */
const TECHNICAL =
  /^(?:sha|md|aes|pbkdf|argon|bcrypt|scrypt|ntlm|utf|base|hmac|rsa|ed|des|rc|wpa|oauth|fido|ctap|u2f|2fa|mfa|totp|webauthn|ipv|http|tls|ssl|ssh|smb|log4|cve|cwe|win|windows|ios|android|php|python|chrome|firefox|office|microsoft|1password|keepass|kerberos|x)[-_]?\d|^(?:2fa|mfa|1password|u2f)|^v?\d+(?:[._-]\d+)+\w*$|^\d+[-–][a-z]+|^\d+(?:st|nd|rd|th|chars?|bits?|k|m|gb|mb)$|^[^@\s]+@[^@\s]+\.[a-z]{2,}$|^[a-z]+:\/\/|^www\./i;

const CODE =
  /^[a-z_$][\w$]*(?:\.[\w$]+)*[([{]|^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$|[=;<>{}()]|^[$%&<{[]|^\W+$|^(?:none|null|true|false|undefined|string)\b/i;
