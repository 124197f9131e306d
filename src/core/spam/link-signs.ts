import type { Reading } from './reading.ts';
import type { Sign, SignFacts } from './sign.ts';

/** What leads readers elsewhere: links, addresses in disguise, numbers to call. */
export function linkSigns({ body }: SignFacts, reading: Reading, maxLinks: number): Sign[] {
  return [
    tooMany(body, maxLinks),
    bareLink(reading),
    destination(reading),
    hiddenAddress(reading),
    contact(reading),
  ].filter((sign) => sign !== undefined);
}

function tooMany(body: string, maxLinks: number): Sign | undefined {
  const count = body.match(/\bhttps?:\/\//gi)?.length ?? 0;
  if (count <= maxLinks) return undefined;
  const words = `${count} ${count === 1 ? 'link' : 'links'}, ${maxLinks} ${maxLinks === 1 ? 'is' : 'are'} allowed`;
  return { name: 'links', weight: 3, words };
}

/** "Vendor advisory: https://…" is a comment, a link alone is none. */
function bareLink({ said, links, length }: Reading): Sign | undefined {
  if (links.length > 0 && length < 2) return { name: 'bare-link', weight: 3, words: 'Nothing but a link' };
  const leads = links.length > 0 ? length < 8 : length < 12 && DOMAIN.test(said);
  return leads ? { name: 'bare-link', weight: 1, words: 'A link and few words' } : undefined;
}

const DOMAIN =
  /(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|info|biz|xyz|shop|store|online)(?![\w/-])/i;

function destination({ links }: Reading): Sign | undefined {
  for (const link of links) {
    const what = destinationOf(link);
    if (what) return { name: 'destination', weight: 2, words: `A link that ${what}: ${link.slice(0, 60)}` };
  }
  return undefined;
}

function destinationOf(link: string): string | undefined {
  const whole = /^https?:/i.test(link) ? link : `https://${link}`;
  // No host is longer, and URL takes 40 ms for one of 5,000 letters outside ASCII.
  if (/^https?:\/\/[^/?#]{254}/i.test(whole) || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const host = url.hostname.replace(/^(?:www|m|mobile)\./, '');
  const kind = HOSTS.get(host) ?? HOSTS.get(host.split('.').slice(-2).join('.'));
  if (kind) return kind;
  if (SHOP.test(host)) return 'sells';
  if (PROFILE_HOSTS.has(host) && /^\/@?[\w.-]{1,60}\/?$/.test(url.pathname)) return 'leads to a profile';
  return isReferral(url) ? 'pays who gives it' : undefined;
}

function isReferral({ pathname, searchParams }: URL): boolean {
  if (/\/(?:refer|referral|affiliate)s?(?:[/?.]|$)/i.test(pathname)) return true;
  return [...searchParams]
    .slice(0, 20)
    .some(([name, value]) => AFFILIATE.test(name) || (REFERRER.test(name) && /\d{4}|friend/i.test(value)));
}

const AFFILIATE = /^(?:aff(?:id|iliate\w{0,8})?|invite(?:code)?|promo(?:code)?|ref(?:erral)?code)$/i;
/** `?ref=main` names a branch; a number is a person who is paid. */
const REFERRER = /^(?:ref|refid|referr?al|referr?er|rb|rid|rrid|partner|publ|r)$/i;
/** The shops themselves: `aws.amazon.com` sells no shoes. */
const SHOP = /^(?:amazon|ebay|etsy|zazzle|spreadshirt|shopee)\.(?:com?\.)?[a-z]{2,3}$/;

const HOSTS = new Map(
  Object.entries({
    'hides where it goes':
      'bit.ly tinyurl.com goo.gl ow.ly is.gd adf.ly linkbucks.com cutt.ly rb.gy shorturl.at tiny.cc bc.vc shorte.st ouo.io rebrand.ly lnk.to linktr.ee s.id',
    'asks for money or a vote':
      'gofundme.com indiegogo.com kickstarter.com patreon.com change.org avaaz.org ipetitions.com thepetitionsite.com surveymonkey.com ko-fi.com buymeacoffee.com justgiving.com paypal.me cash.app',
    sells:
      'teespring.com redbubble.com aliexpress.com fiverr.com themeforest.net cdbaby.com swagbucks.com clickbank.net temu.com gumroad.com',
    'leads to a chat': 't.me telegram.me wa.me whatsapp.com discord.gg line.me join.skype.com',
    'leads to somebody’s own songs or pictures':
      'soundcloud.com reverbnation.com twitch.tv bandcamp.com mixcloud.com spotify.com instagram.com tiktok.com facebook.com fb.com vk.com ask.fm pinterest.com onlyfans.com',
  }).flatMap(([kind, hosts]) => hosts.split(' ').map((host): [string, string] => [host, kind])),
);

const PROFILE_HOSTS = new Set(['twitter.com', 'x.com', 'youtube.com', 'threads.net', 'snapchat.com']);

/** `example . com` and `example dot com`; `example[.]com` is how a security site writes a bad address. */
function hiddenAddress({ said }: Reading): Sign | undefined {
  const found = HIDDEN.exec(said)?.[0].trim();
  return found
    ? { name: 'hidden-address', weight: 2, words: `An address written to be missed: ${found.slice(0, 60)}` }
    : undefined;
}

const HIDDEN =
  /(?<![\w-])[a-z0-9-]{3,40}(?:\s{1,3}\.\s{0,3}|\s{1,3}dot\s{1,3}|\((?:dot|d0t)\))(?:com|net|org|info|biz|ru|tv|xyz|shop)(?![\w-])|(?<!\w)w\s\.?\s?w\s\.?\s?w(?!\w)/i;

function contact({ said }: Reading): Sign | undefined {
  const chat = CHAT_NUMBER.exec(said)?.[0];
  if (chat) return { name: 'contact', weight: 3, words: `A number to write to: ${shown(chat)}` };
  const mail = FREE_MAIL.exec(said)?.[0];
  if (mail) return { name: 'contact', weight: 2, words: `An address to write to: ${shown(mail)}` };
  const phone = PHONE.exec(said)?.[0];
  return phone ? { name: 'contact', weight: 1, words: `A number to call: ${shown(phone)}` } : undefined;
}

function shown(text: string): string {
  return text.replace(/\s+/g, ' ').slice(-60);
}

/** Not "a WhatsApp message from +44 …": that is what victims report. */
const CHAT_NUMBER =
  /(?:whats\s?-?app|telegram|wechat|viber|\bkik\b|\bicq\b|вотсап|ватсап|телеграмм?)(?![^\n]{0,30}\bfrom\b)(?:[^\n+(\d]{0,25}(?:\+\s?\d|\(\+?\d{1,4}\)|\d{3}[\s-])[\d\s()-]{5,20}\d|[\s:：=-]{1,4}(?:(?:id|me|us|her|him|on|at)[\s:：=-]{1,3}){0,2}@\w{4,32})|(?:微信|wechat)[\s:：号id]{0,5}[a-z]{1,10}[\d_]\w{2,15}/iu;
const FREE_MAIL =
  /(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\]|\sat\s)\s?(?:gmail|yahoo|hotmail|outlook|aol|proton|protonmail|mail|gmx|yandex|usa|consultant|zoho|icloud|cyberservices|engineer|techie)\s?(?:\.|\(dot\)|\bdot\b)\s?(?:com|net|org|me|ru|de|fr|co)/i;
const PHONE = /(?<![\w.+-])\+\d[\d\s().-]{7,18}\d(?![\w.-])/;
