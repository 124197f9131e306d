import type { IncomingHttpHeaders } from 'node:http';

/** How browsers name themselves, those for terminals too; libraries, feed readers and most robots do not. */
const BROWSER = /^(?:Mozilla|Opera|Lynx|w3m|Links|ELinks|Dillo|NetSurf)\b/;
/**
 * Robots that do so all the same: most say what they are, or give the address of a page about them, which no browser
 * does. A Cubot is a telephone.
 */
const ROBOT =
  /(?<!cu)bot|crawl|spider|slurp|https?:|preview|headless|lighthouse|google-|googleother|fetch|scan|monitor|validator|archive|pingdom|ptst|zgrab/i;
/** So many names are remembered; there are fewer in a day, unless somebody makes them up. */
const REMEMBERED = 1000;
const known = new Map<string, boolean>();

/** Whether an answer may have shown an article to a reader; who has the page already (304) reads it again. */
export function isView(address: string, headers: Readonly<IncomingHttpHeaders>, status: number): boolean {
  return address.startsWith('/articles/') && (status === 200 || status === 304) && isReader(headers);
}

/** Whether a request looks like that of a person who reads: a browser, and no page loaded ahead of being asked for. */
export function isReader(headers: Readonly<IncomingHttpHeaders>): boolean {
  // Chromium and Firefox; older Chromium and Safari; older Firefox.
  const purpose = headers['sec-purpose'] ?? headers.purpose ?? headers['x-purpose'] ?? headers['x-moz'];
  return purpose === undefined && isBrowser(headers['user-agent'] ?? '');
}

/** Remembered: looking a name up takes a tenth of the time of looking it through. */
function isBrowser(name: string): boolean {
  const is = known.get(name);
  if (is !== undefined) return is;
  if (known.size >= REMEMBERED) known.clear();
  const isOne = BROWSER.test(name) && !ROBOT.test(name);
  known.set(name, isOne);
  return isOne;
}
