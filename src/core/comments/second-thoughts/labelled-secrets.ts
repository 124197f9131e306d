import { type Found, masked } from './found.ts';
import { looksPersonal } from './password-values.ts';
import { isPlaceholder, looksDrawn } from './random-values.ts';

/** Passwords, keys and tokens that are told by the word before them, or by their place in an address or a command. */
export function labelledSecrets(text: string): Found[] {
  return [
    ...matches(text, ASSIGNED, ({ label = '', value = '' }) => label !== 'PASS' && looksPersonal(value)),
    ...matches(text, CONFESSED, isConfessed),
    ...matches(text, IN_ADDRESS, isOwnLogin),
    ...matches(text, IN_COMMAND, ({ value = '' }) => looksPersonal(value)),
    ...matches(text, PIN, () => true),
    ...matches(text, API_KEY, ({ value = '' }) => looksDrawn(value)).map(asKey),
    ...matches(text, AUTHORIZATION, ({ value = '' }) => looksDrawn(value)).map(asKey),
  ];
}

const WORD = [
  'pass(?:word|wd|phrase|code)',
  'pwd?',
  '(?:pass|kenn)wort',
  'mot de passe',
  'contraseña',
  'senha',
  'wachtwoord',
  'lösenord',
  'hasło',
  'пароль',
  'パスワード',
  '密码',
].join('|');
const BEFORE = String.raw`(?<![\p{L}\p{N}])`;
const VALUE = String.raw`["'\x60“‘«]?(?<value>[^\s"'\x60“”‘’«»]{5,80})`;

/** `password: hunter2`, `DB_PASSWORD="…"`, `pass=…`, `dbPassword`; German compounds and camel case end in the word. */
const ASSIGNED = new RegExp(
  String.raw`(?:${BEFORE}(?<label>${WORD}|pass)|(?<!\d)(?:password|passwort|kennwort))["']?[ \t]{0,4}(?:[:=]{1,2}|：)>?[ \t]{0,4}${VALUE}`,
  'giu',
);

/** "my password for the router is hunter2" */
const CONFESSED = new RegExp(
  String.raw`${BEFORE}(?<whose>my|our|mein|unser|the|das|mon|mi)(?: [\p{L}\p{N}-]{1,20}){0,2} (?:${WORD})(?: [\p{L}\p{N}.-]{1,20}){0,4} (?:is|ist|est|es):? (?<quote>["'\x60“‘«]?)(?<value>[^\s"'\x60“”‘’«»]{5,80})(?![^\s"'\x60“”‘’«»])`,
  'giu',
);

/** `postgres://shop:hunter2@db.example` (RFC 3986 section 3.2.1) */
const IN_ADDRESS =
  /(?<![a-z0-9+.-])(?<scheme>[a-z][a-z0-9+.-]{1,20}):\/\/(?<user>[^\s/?#:@]{0,100}):(?<value>[^\s/?#@]{3,100})@(?<host>[^\s/?#:@]{1,100})/gi;

/** `curl -u bob:hunter2` */
const IN_COMMAND = /(?<=\s)(?:-u|--user)[ =]["']?[^\s:"']{1,60}:(?<value>[^\s"']{5,80})/g;

const PIN =
  /(?<![\p{L}\p{N}])(?:my|mein|our) pin(?: code| number)? (?:is|ist):? (?<value>\d{4,8})(?![\d.,]?\d)/giu;

/** `api_key = …`, `clientSecret: "…"`; a public key's token is public. */
const API_KEY =
  /(?<![A-Za-z])(?<!public[ _-]?(?:key[ _-]?)?)(?:(?:api|access|auth|bearer|client|app|secret|private|refresh|session|signing|encryption|account|storage|master|x-api)[ _-]?(?:access[ _-]?)?(?:key|token|secret)|secret|token|PrivateKey|PresharedKey)["']?[ \t]{0,4}(?:[:=]{1,2}>?|is)[ \t]{0,4}["'\x60]?(?<value>[A-Za-z0-9_+/=~.-]{16,200})/gi;

/** RFC 6750 section 2.1, RFC 7617 section 2 */
const AUTHORIZATION =
  /(?<![a-z])authorization["']?[ \t]{0,4}[:=][ \t]{0,4}["']?(?:bearer|basic|token|digest) (?<value>[A-Za-z0-9_+/=~.:-]{12,2000})/gi;

type Parts = Partial<Record<string, string>>;

function matches(text: string, form: RegExp, isSecret: (parts: Parts) => boolean): Found[] {
  return [...text.matchAll(form)].filter(({ groups = {} }) => isSecret(groups)).map(passwordAt);
}

function passwordAt({ 0: all, index, groups: { value = '' } = {} }: RegExpExecArray): Found {
  const said = all.slice(0, all.lastIndexOf(value));
  return {
    kind: 'password',
    start: index,
    end: index + all.length,
    shown: `${said.length > 40 ? `…${[...said.slice(-38)].slice(1).join('')}` : said}${masked(value, 2)}`,
    words:
      'This looks like a password: here everybody could read it, so take it out, and change it if it is in use.',
  };
}

function asKey(found: Found): Found {
  const words =
    'This looks like a key or token: whoever reads it can use it, so take it out, and have it revoked if it is real.';
  return { ...found, kind: 'token', words };
}

/** "my" and quotation marks say that even a plain word is meant as it stands. */
function isConfessed({ whose = '', quote, value = '' }: Parts): boolean {
  const isQuotedOwn = quote !== '' && !/^(?:the|das)$/i.test(whose);
  return looksPersonal(value, isQuotedOwn);
}

/** A defanged address is somebody else's; one at localhost or example.com opens nothing. */
function isOwnLogin({ scheme = '', user = '', value = '', host = '' }: Parts): boolean {
  if (/^(?:hxxp|fxp|h\*\*p)/i.test(scheme) || /\[\.\]/.test(host)) return false;
  if (/^(?:localhost|127\.|host$)|(?:^|\.)example(?:\.(?:com|net|org))?$/i.test(host)) return false;
  return value !== user && !isPlaceholder(value) && !/^(?:pass(?:word)?|secret|pwd?|\d{1,5})$/i.test(value);
}
