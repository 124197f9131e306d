import { type Found, phrasebook, phraseSign, phrasesIn } from './phrases.ts';
import type { Reading } from './reading.ts';
import type { Sign } from './sign.ts';

/**
 * Whether it sells. A security site speaks of casinos, pills, loans and coins too: what is only a subject weighs 1,
 * what a seller says about it 2 or 3.
 */
export function offerSign({ words, length }: Reading): Sign | undefined {
  return phraseSign('offer', 'It sounds like an offer', { found: offersIn(words), length, most: 2 });
}

/** Offers in any words, of a name or an address too. */
export function offersIn(words: string): Found[] {
  return phrasesIn(OFFERS, words);
}

const BUY = '(?:buy|buying|order|purchase|cheap|cheapest|discount|discounted|wholesale|affordable)';
const DRUG =
  '(?:viagra|cialis|levitra|sildenafil|tadalafil|xanax|tramadol|phentermine|kamagra|modafinil|valium|ambien|oxycodone|adderall|oxycontin|hydrocodone|ivermectin|propecia|accutane|clomid|ozempic|steroids|cbd|weed|pills?)';
const BRAND =
  '(?:louis vuitton|rolex|gucci|ugg|nike|jordans?|ray ?bans?|oakleys?|nfl|nba|michael kors|moncler|canada goose|prada|hermes|chanel|burberry|adidas|timberland)';
const LUXURY =
  '(?:watch|watches|bags?|handbags?|shoes|boots|jerseys?|sunglasses|outlet|jackets?|jewelry|purses?|sneakers)';
const COIN =
  '(?:bitcoins?|btc|crypto|cryptocurrency|cryptocurrencies|usdt|ethereum|eth|coins?|forex|fx|stocks?|binary options?)';
const CASH =
  '(?:money|cash|income|dollars|bucks|\\$ ?\\d[^ ]{0,8}(?: \\d{3})?|\\d[^ ]{0,8} ?\\$|£ ?\\d[^ ]{0,8}|€ ?\\d[^ ]{0,8})';
const PERIOD =
  '(?:(?:a|per|each|every|an) (?:day|week|month|hour)|daily|weekly|monthly|hourly|from home|online|at home|fast|easily)';
const SELLER = '(?:services?|company|companies|agency|agencies|providers?|institute|classes|contractors?)';
const GIFT =
  '(?:gift ?cards?|robux|v ?bucks|followers|itunes|iphones?|credits|ipads?|steam (?:keys|codes)|spins)';
const HASTY = '(?:payday|quick|instant|urgent|bad credit|easy|guaranteed|low interest)';
/** Not what somebody reports of criminals. */
const DO =
  '(?<! (?:they|criminals|gangs?|groups?|scammers|hackers|attackers|operators|affiliates|who|that|companies|crooks|thieves) )';

const OFFERS = phrasebook({
  3: [
    `${BUY} (?:[^ ]{1,20} ){0,2}${DRUG}`,
    `${DRUG} online|${DRUG} … (?:without (?:a )?prescription|no prescription|overnight|\\d+ ?mg)`,
    `replica (?:[^ ]{1,20} ){0,2}(?:${BRAND}|${LUXURY})`,
    `(?:cheap|wholesale|discount|authentic) (?:[^ ]{1,20} ){0,2}${BRAND}`,
    `${BRAND} (?:[^ ]{1,20} ){0,2}(?:outlet|replica|cheap|wholesale)`,
    `(?:free spins?|no deposit)`,
    `(?:casino|slots?|poker|betting) (?:bonus(?:es)?|games?|gacor|promotions?) … (?:online|free|play|win|best)`,
    `(?:best|play|situs|real money) (?:[^ ]{1,20} ){0,2}(?:casinos?|slots?|poker|betting|gambling|judi|togel)`,
    `${DO}(?:earn|make|making|earning|earned|made|get|win|got) … ${CASH} … ${PERIOD}`,
    `${DO}(?:earn|make|get) (?:[^ ]{1,20} ){0,2}(?:extra|easy|free|real|quick|big|instant|passive) (?:[^ ]{1,20} )?${CASH}`,
    `(?:get|win|claim|earn|want) (?:[^ ]{1,20} ){0,3}free (?:[^ ]{1,20} ){0,2}${GIFT}`,
    `hire (?:a|an) (?:[^ ]{1,20} ){0,2}hacker to|need (?:a|an) (?:[^ ]{1,20} ){0,2}hacker`,
    `contact (?:[^ ]{1,20} ){0,4}(?:recovery|hack) (?:experts?|agents?|specialists?)`,
    `(?:legit|genuine|reliable|reputable) (?:[^ ]{1,20} )?(?:hackers?|lenders?|spell casters?)`,
    `(?:love|marriage) spells?|spell ?casters?|(?:bring|brought) back (?:my|your) ex`,
    `write (?:my|your) (?:essays?|papers?|thesis|dissertation|assignments?)`,
    `(?:essays?|dissertation|thesis|assignment|coursework|term papers?|homework|research paper) (?:writing )?(?:help|writers?|writing|services?)`,
    `call girls?|(?:sexy|hot|vip) (?:[^ ]{1,20} )?(?:girls?|escorts?)|(?:independent|russian|indian) escorts?`,
    `escorts? (?:service|services|agency|girls?|in)`,
    `${HASTY} (?:cash |business |personal )?loans?`,
    `(?:business|personal|home) loans? … (?:offers?|apply|online|available|today)`,
    `(?:need|looking for|apply for|offer|offering) (?:an? |your )?(?:[^ ]{1,20} ){0,2}loans? (?:[^ ]{1,20} ){0,3}(?:today|here|now|lender|contact|at)`,
    `loan offers?|loans? at \\d[^ ]{0,4} ?%`,
    `(?:cheap|quality|dofollow|high (?:da|pr|quality)) (?:back ?links?|seo)`,
    `(?:rank|ranking|ranked|rankings) … (?:#?1|first|top|higher|page|google|search)(?: page)? … (?:google|search engines?)`,
    `(?:buy|boost|grow|real|free|cheap) … (?:instagram|youtube|tiktok|twitter|facebook|organic|targeted|social) (?:followers|likes|views|subscribers|traffic|visitors|sales|fans)`,
    `(?:buy|get) \\d[^ ]{0,10} (?:\\d{3} )?(?:[^ ]{1,20} )?(?:followers|likes)`,
    `(?:watch|download|stream) (?:[^ ]{1,20} ){0,3}(?:movies?|episodes?|films?) (?:[^ ]{1,20} ){0,2}(?:free|hd|online)`,
    `казино (?:[^ ]{1,20} ){0,2}(?:бонус[^ ]{0,3}|вулкан|играть|на деньги|официальный|рейтинг)|(?:лучшие|лучшее) (?:[^ ]{1,20} )?казино|играть в казино`,
    `(?:купить|заказать|куплю) (?:[^ ]{1,20} ){0,2}(?:диплом|виагр[^ ]{0,2}|ссылки|дженерик[^ ]{0,3}|недорого|дешево)`,
    `(?:заработок|заработать|заработка) (?:[^ ]{1,20} ){0,2}(?:интернете|онлайн|дому|сети)`,
    `[^ ]{0,40}(?:代开发票|加微信|真人娱乐|办证|刷单)[^ ]{0,40}`,
    `(?:préstamos?|prêts?|kredite?|darlehen|empréstimos?) (?:[^ ]{1,20} ){0,3}(?:rápidos?|urgentes?|rapides?|ohne schufa|entre particuliers)`,
  ],
  2: [
    `${DRUG} … (?:for sale|online)`,
    `(?:cheap|wholesale|discount|imitation) (?:[^ ]{1,20} )?${LUXURY}`,
    `(?:casino|slots?) (?:bonus(?:es)?|games?)|(?:judi|togel|situs|slot gacor|sportsbook)`,
    `(?:top|trusted|legit) (?:[^ ]{1,20} )?(?:online )?(?:slots?|betting|gambling)`,
    `(?:passive income|financial freedom|get rich|side hustle)`,
    `(?:free|unlimited) (?:[^ ]{1,20} ){0,2}${GIFT}`,
    `hire (?:a|an|this) (?:[^ ]{1,20} ){0,2}hacker|(?:hackers?|hacking) (?:for hire|services?)`,
    `(?:helped|help|assisted|assist) (?:me|us|you) (?:to |in )?(?:recover|recovering|retrieve|get back|hack|spy|track) … (?:my|your|our|all|lost|back|funds|into)`,
    `(?:recover|retrieve|get back) (?:your|all your) (?:[^ ]{1,20} ){0,2}(?:funds?|money|${COIN}|investment|wallet)`,
    `(?:recovery|recover|funds|hack) (?:experts?|agents?|wizards?|hackers?|genius|pros?)`,
    `(?:cheating|unfaithful) (?:spouse|husband|wife|partner|boyfriend|girlfriend)`,
    `(?:double|triple|multiply) your (?:[^ ]{1,20} ){0,2}(?:money|income|investment|${COIN})`,
    `(?:invest|investing|invested|trade|trading|investment) … (?:with|through|plan|manager|expert|broker) … (?:profits?|returns?|weekly|mr|mrs)`,
    `(?:expert traders?|trading signals?|(?:investment|portfolio) manager|guaranteed (?:profits?|returns?|income))`,
    `seo (?:${SELLER}|experts?|tools?|packages?)|back ?links?|link building|search engine optimi[sz]ation`,
    `(?:best|lowest|cheapest|affordable|reasonable|competitive|unbeatable) (?:prices?|rates?)|best deals`,
    `(?:free shipping|fast delivery|free delivery|limited (?:time|offer|stock)|special offers?|promo codes?|coupon codes?|discount codes?|referral codes?)`,
    `(?:best|top|cheap|affordable|no ?1) (?:[^ ]{1,20} ){0,3}${SELLER} (?:in|near) [\\p{L}]{2,20}`,
    `we (?:are |also )?(?:offer|provide|deliver|specialize|specialise|supply|sell|offering|providing) (?:[^ ]{1,20} ){0,6}(?:services?|solutions?|courses?|loans?|prices?|packages?)`,
    `our (?:company|agency|products?|services?|experts?) (?:[^ ]{1,20} )?(?:offers?|provides?)`,
    `(?:contact|call|reach|whats ?app|e ?mail) (?:us|him|her|them|me) (?:now|today|here|directly)|whats ?app (?:us|me|him|her|on|at)`,
    `for (?:more|further|full) (?:info|information|details?|inquir(?:y|ies)) … (?:contact|call|whats ?app)`,
    `(?:sign ?up|register|apply|join|order|book|call|buy|shop) (?:now|today|here|free)`,
    `get(?:ting)? paid (?:to|daily|weekly|online|just)|(?:home|part time|online) (?:based )?(?:jobs|income|earning)`,
    `(?:weight loss|lose weight|keto|diet pills?|fat burn(?:er|ing)|male enhancement|penis enlargement|erectile dysfunction|testosterone boosters?|anti aging|herbal (?:medicine|remed(?:y|ies)|cure))`,
    `without (?:a )?prescription|credit repair|fix your credit`,
    `(?:cam|webcam) (?:girls?|chat)|hook ?ups?|sex (?:chat|cams?|videos?)|xxx (?:videos?|movies?)`,
    `(?:customer (?:care|support|service)|support|helpline) (?:number|no) (?:[^ ]{1,20} )?(?:\\d[^ ]*|usa|uk|india|toll|call)|toll free`,
    `(?:mod apk|full version|iptv|hd movies?|full movies?) (?:[^ ]{1,20} ){0,2}(?:free|download|subscription|online|watch)`,
    `(?:buy|order) (?:[^ ]{1,20} ){0,3}(?:passports?|driver?s? licen[cs]es?|diplomas?|ielts|counterfeit|cloned? cards?)`,
    `join (?:the )?illuminati`,
    `(?:chance to|can|could|and|enter to) win (?:an?|the|free|some|cash|money|\\$)`,
    `(?:click|check|visit) (?:[^ ]{1,20} ){0,3}to (?:buy|order|earn|win|get|register|apply)`,
    `онлайн казино|казино онлайн|(?:скачать|смотреть) (?:[^ ]{1,20} ){0,3}(?:бесплатно|без регистрации)`,
    `[^ ]{0,40}(?:网上赌场|在线赌场|博彩平台)[^ ]{0,40}`,
  ],
  1: [
    DRUG,
    `(?:casinos?|gambling|betting|poker|lottery|jackpot|roulette|baccarat)`,
    `(?:loans?|mortgages?|debt relief|insurance quotes?|lenders?)`,
    `(?:${COIN} (?:investment|trading|mining|platform|signals?|wallet|exchange)|forex|invest(?:ment|ing|ed)?|profits?|withdrawals?|returns)`,
    `${DO}(?:earn|earned|win|making|make|need|get) (?:[^ ]{1,20} ){0,3}${CASH}`,
    `(?:escorts?|sexy|porn|nudes?|xxx|webcam|dating)`,
    `(?:seo|traffic|rankings?|marketing|leads|web design)`,
    `(?:replica|outlet|coupons?|discounts?|sale|shipping|cheap|price list)`,
    `(?:buy|order|purchase|shop) (?:[^ ]{1,20} ){1,4}online`,
    `(?:online pharmac(?:y|ies)|pharmac(?:y|ies) online)`,
    `(?:recover|recovered|recovering|retrieved?) (?:[^ ]{1,20} ){0,5}(?:funds?|money|${COIN}|wallet|savings|investment)`,
    `(?:lost|scammed|invested) (?:[^ ]{1,20} ){0,4}(?:money|savings|\\$\\d[^ ]{0,8}|\\d[^ ]{0,8} (?:\\d{3} )?(?:btc|usd|usdt|dollars|euros?)|\\$ ?\\d[^ ]{0,8}|${COIN})`,
    `(?:contact|call|reach|e ?mail) (?:us|him|her|them|me) (?:on|at|via|for|through)`,
    `for (?:more|further|full) (?:info|information|details?) … (?:visit|click|check|go)`,
    `(?:your|for) (?:business|home|family|life|health|success)`,
    `(?:essays?|dissertations?|ielts|passports?)`,
    `(?:thanks|thank|grateful|gratitude) to (?:mr|mrs|dr|him|her|god)`,
    `(?:plumb(?:er|ing)|roofing|pest control|movers|packers|locksmith|dentist|hvac|cleaning services?|real estate|interior design|astrologer|vashikaran)`,
    `(?:free|download) (?:[^ ]{1,20} )?(?:apps?|games?|trial|quote|consultation|money|stuff|download|antivirus)`,
    `(?:high|best|top|premium|good) (?:quality|rated|reviews?)`,
    `(?:gift ?cards? codes?|give ?aways?|(?:money|cash|coin) generators?|get(?:ting)? paid|registration)`,
    `(?:rewards?|prizes?|bonus(?:es)?|100%|24 7)`,
  ],
});
