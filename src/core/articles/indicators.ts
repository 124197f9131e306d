/** `:ioc[…]`: its value may hold brackets of its own, such as `evil[.]example`. */
export const INDICATOR = /:ioc\[((?:[^[\]\n]|\[[^[\]\n]*\])+)\]/;
const EVERY_INDICATOR = new RegExp(INDICATOR, 'g');

/** The ways in which people write an indicator so that no program makes a link of it. */
const DEFANGED: readonly (readonly [written: RegExp, live: string])[] = [
  [/\bh(?:xx|\*\*|XX)p(s?)(?=\[?:)/gi, 'http$1'],
  [/\bfxp(s?)(?=\[?:)/gi, 'ftp$1'],
  [/\[:\/\/\]/g, '://'],
  [/\s?[[({](?:\.|dot)[\])}]\s?/gi, '.'],
  [/\s?[[({](?:@|at)[\])}]\s?/gi, '@'],
  [/\[:\]/g, ':'],
  [/\[\/\]/g, '/'],
];

/** An indicator as an attacker uses it, however it was written: `hxxps://evil[.]example` is `https://evil.example`. */
export function refanged(value: string): string {
  return DEFANGED.reduce((text, [written, live]) => text.replace(written, live), value.trim());
}

/**
 * An indicator (URL, domain, address or hash) as it is safe to print: `hxxps://evil[.]example/a[.]exe`.
 * Nothing that reads it as text, such as a mail program, makes a link of it.
 */
export function defanged(value: string): string {
  const live = refanged(value);
  if (isIpv6(live)) return live.replaceAll(':', '[:]');
  return live
    .replace(/\bhttp(s?)(?=:)/gi, 'hxxp$1')
    .replace(/\bftp(s?)(?=:)/gi, 'fxp$1')
    .replaceAll('@', '[@]')
    .replace(/\.(?=[\p{L}\p{N}])/gu, '[.]');
}

/** A plain text with each `:ioc[…]` in it defanged, for titles, updates and other text that is not Markdown. */
export function withDefangedIndicators(text: string): string {
  if (!text.includes(':ioc[')) return text;
  return text.replace(EVERY_INDICATOR, (_all, value: string) => defanged(value));
}

/** The values of all `:ioc[…]` in a text, as an attacker uses them. */
export function indicatorsIn(text: string): string[] {
  return [...text.matchAll(EVERY_INDICATOR)].map(([, value = '']) => refanged(value));
}

function isIpv6(value: string): boolean {
  return /^[0-9a-f:.]+$/i.test(value) && (value.match(/:/g)?.length ?? 0) > 1;
}
