import { domainToUnicode } from 'node:url';

/**
 * A mail address as a person is shown it. Its domain stands in its own script only where nobody can take it for
 * another: each label in one script, and no whole word in letters that look Latin. Every other stays as it is mailed
 * (`xn--…`), which looks like nothing else. After the rules by which browsers do so (Unicode UTS 39, single script).
 *
 * @param address as `parseEmailAddress` gives it
 */
export function shownAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${shownDomain(address.slice(at + 1))}`;
}

/** The same of a domain alone. */
export function shownDomain(domain: string): string {
  if (!domain.includes('xn--')) return domain;
  const unicode = domainToUnicode(domain);
  return unicode !== '' && unicode.split('.').every(isPlain) ? unicode : domain;
}

/** A label of ASCII, or in letters of one script that cannot be taken for Latin ones. */
function isPlain(label: string): boolean {
  if (/^[a-z0-9-]*$/.test(label)) return !label.startsWith('xn--');
  return SCRIPTS.some(({ letters, lookAlikes }) => {
    if (!letters.test(label)) return false;
    return [...label].some((letter) => !/[0-9-]/.test(letter) && !lookAlikes.includes(letter));
  });
}

/** Scripts in which domains are read, and those of their letters that look like a Latin one, a digit or a sign. */
const SCRIPTS: readonly { letters: RegExp; lookAlikes: string }[] = [
  // Latin with its marks, without the letters that differ from a plain one by a dot or a stroke that is easy to miss.
  { letters: /^[a-z0-9ß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĵķĺļľńņňōŏőœŕŗřśŝşšţťũūŭůűųŵŷźżž-]+$/u, lookAlikes: '' },
  { letters: /^[\p{Script=Cyrillic}0-9-]+$/u, lookAlikes: 'асԁеԍһіјӏкмнпорԛгѕтуѵԝхьҽԗэзбвупүҳӽѡпшщЬ' },
  { letters: /^[\p{Script=Greek}0-9-]+$/u, lookAlikes: 'αβγεηικνορςτυχωόίύάέήώϊϋΐΰ' },
  {
    letters: /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々0-9-]+$/u,
    lookAlikes: 'ーノノニトロエへヘハ一丶丿口工卜',
  },
  { letters: /^[\p{Script=Hangul}0-9-]+$/u, lookAlikes: '' },
  { letters: /^[\p{Script=Hebrew}0-9-]+$/u, lookAlikes: 'וסן' },
  { letters: /^(?:(?!\p{N})\p{Script=Arabic}|[0-9-])+$/u, lookAlikes: 'اهھ' },
  { letters: /^(?:(?!\p{N})[\p{Script=Devanagari}]|[0-9-])+$/u, lookAlikes: '' },
  { letters: /^(?:(?!\p{N})[\p{Script=Thai}]|[0-9-])+$/u, lookAlikes: 'ทนบรพแเาร' },
];
