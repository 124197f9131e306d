import { offersIn } from './offers.ts';
import { wordsOf } from './reading.ts';
import type { Sign, SignFacts } from './sign.ts';

/** What the writer calls themselves, and the website that they want to be linked to. */
export function authorSigns(facts: SignFacts): Sign[] {
  return [nameSign(facts.name), websiteSign(facts.website)].filter((sign) => sign !== undefined);
}

function nameSign(name: string): Sign | undefined {
  if (/https?:|www\.|\w\.(?:com|net|org|info|biz|ru|xyz|shop|online)\b|\d{7}/i.test(name))
    return { name: 'name', weight: 2, words: 'The name is an address or a number' };
  const words = wordsOf(name);
  const keywords = words.match(KEYWORDS)?.length ?? 0;
  if (keywords > 1 || offersIn(words).some(({ weight }) => weight > 1))
    return { name: 'name', weight: 2, words: `The name is an advertisement: “${name.slice(0, 60)}”` };
  if (keywords > 0 || words.split(' ').length > 7)
    return { name: 'name', weight: 1, words: `An unusual name: “${name.slice(0, 60)}”` };
  return undefined;
}

/** What people search for, not what people are called. */
const KEYWORDS =
  / (?:buy|cheap|best|online|casinos?|slots?|poker|betting|loans?|credit|insurance|seo|services?|company|agency|reviews?|download|free|pharmacy|viagra|cialis|pills|replica|watches|handbags|outlet|essays?|escorts?|porn|sex|forex|bitcoin|crypto|trading|weight|movies?|games?|apk|marketing|lawyers?|plumbers?|hosting|website|deals?|coupons?|jerseys?|shoes|near|repair|rental|design|hackers?)(?= )/g;

function websiteSign(website: string | null): Sign | undefined {
  if (!website || !URL.canParse(website)) return undefined;
  const { hostname, pathname, search } = new URL(website);
  const words = wordsOf(`${hostname} ${pathname}`);
  if (SOLD.test(hostname) || SOLD_PATH.test(pathname) || offersIn(words).some(({ weight }) => weight > 1))
    return { name: 'website', weight: 2, words: `A website that sells: ${hostname}` };
  const isDeep = search !== '' || (pathname.match(/[-_]/g)?.length ?? 0) > 1;
  return isDeep || CHEAP_ENDINGS.test(hostname)
    ? { name: 'website', weight: 1, words: 'The website leads deep into a site, or to one of a cheap kind' }
    : undefined;
}

const SOLD =
  /casino|viagra|(?<!spe)cialis(?!t)|pharma|replica|escort|payday|poker|betting|judi|togel|essay|porn|xxx|forex|(?<![a-z])slots?|slots?(?![a-z])|loans?(?![a-z])|(?<![a-z])seo(?![a-z])|sex(?:y|cam|chat)|(?:^|\.)buy-|cheap/;
const SOLD_PATH = /casino|viagra|(?<!spe)cialis(?!t)|replica|escorts|payday|slot-|togel|(?:buy|cheap)-/;
/** Given away or nearly so, hence used up by the thousand. */
const CHEAP_ENDINGS =
  /\.(?:xyz|top|click|icu|buzz|cyou|sbs|cfd|gq|tk|ml|cf|ga|pw|win|bid|loan|work|monster|rest|bond)$/;
