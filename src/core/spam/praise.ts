import { phrasebook, phraseSign, phrasesIn } from './phrases.ts';
import type { Reading } from './reading.ts';
import type { Sign } from './sign.ts';

/** Whether it is the praise that fits any article and serves only to leave a link. */
export function templateSign({ words, length }: Reading): Sign | undefined {
  const found = phrasesIn(PRAISE, words);
  return phraseSign('template', 'Praise that fits any article', { found, length, most: 3 });
}

const GOOD =
  '(?:great|nice|good|excellent|awesome|amazing|wonderful|fantastic|superb|brilliant|informative|helpful|interesting|useful|valuable|outstanding|magnificent|fabulous|remarkable|exceptional|impressive|incredible|lovely|beautiful|perfect|quality|cool|engaging|insightful|auspicious)';
const SITE = '(?:blogs?|sites?|web ?sites?|web ?pages?|web ?logs?)';
const PIECE = `(?:posts?|posting|articles?|${SITE}|information|infos?|contents?|sharing|share|reads?|write ?ups?|pieces?|stuff|job|work|page|topics?|points?|blog ?posts?|tips|paragraph|tutorial|material|knowledge|details|resource)`;
const VERY = '(?:(?:really|very|so|such|truly|extremely|quite|pretty|super|a|an|is|was|exactly|just) ){0,3}';

const PRAISE = phrasebook({
  3: [
    `(?:which|what) (?:blog|blogging|cms) (?:platform|engine|system)`,
    `(?:exchange|trade|swap) (?:links?|blogroll)`,
    `rife with (?:spelling|grammar)`,
  ],
  2: [
    `book ?mark(?:ed|ing|s)? (?:it|this|your|you|the|and|for|ur)`,
    `(?:saved|added|add|adding) … (?:to my (?:favou?rites|bookmarks)|to (?:favou?rites|bookmarks)|as a favou?rite)`,
    `(?:i|ill|im|id) … (?:come|be|check|checking|visit|visiting|coming|returning|return) (?:back|again|to your)`,
    `(?:writing|written) (?:style|skills|ability)|(?:style|way) of (?:writing|blogging)`,
    `your (?:wordpress |blog |site |web ?site )?(?:theme|template|layout)`,
    `(?:your|this) (?:[^ ]{1,20} ){0,2}${SITE} … (?:loads?|loading) (?:so |really |very |incredibly |quite )?(?:fast|slow|quick|quickly|slowly)`,
    `(?:found|discovered|stumbled|came) … your ${SITE}`,
    `(?:same|similar) (?:niche|subject matter)`,
    `guest (?:author|writer|post|posting|blogger)`,
    `(?:visit|visits|visiting|reading|read|browsing|browse|follow(?:ing)?|reader of) (?:your|this) ${SITE} … (?:daily|everyday|regularly|often|every day|again|for a while)`,
    `(?:start|starting|create|creating) (?:a|my|my own|your own) (?:own )?(?:blog|weblog)`,
    `(?:quality|valuable|unique|fastidious|pleasant) (?:content|contents|posts?|articles?|paragraph|information|piece of writing)`,
    `keep (?:on )?(?:posting|sharing|writing|blogging)|keep it up`,
    `i (?:am|m) (?:really |truly |very )?(?:impressed|grateful|delighted|pleased|happy|glad|thankful|inspired) … (?:your|this) (?:${SITE}|post|article)`,
    `(?:share|sharing|shared) (?:your|this) ${SITE} … (?:my|group|followers|twitter|facebook)`,
    `reminds me of my`,
    `(?:back ?link|link) (?:to|from) (?:your|my|our) ${SITE}`,
  ],
  1: [
    `${VERY}${GOOD} (?:[^ ]{1,20} )?${PIECE}`,
    `${PIECE} (?:is |was |are )?${VERY}${GOOD}`,
    `(?:many )?(?:thanks?|thank you|thankyou|thx)(?: you)?(?: a lot| so much| very much| again| a bunch| much)? for … (?:sharing|posting|providing|putting|taking|writing|publishing|your|such|the (?:post|article|info|information|blog|great|nice|good)|this|another|every|any)`,
    `keep up (?:the|your) ${GOOD} (?:work|writing|posts?|job)`,
    `(?:this|it|that) (?:is|was|s) ${VERY}(?:${GOOD}|what i (?:was|needed|am|have been))`,
    `i … (?:looking|searching|seeking|hunting|exploring|browsing) … (?:for|this|about|information|on)`,
    `learn(?:ed|t|ing)? (?:a lot|so much|many things|a great deal|lots)`,
    `i (?:really |truly |definitely |absolutely |just )?(?:enjoy|love|like|liked|loved|appreciate|admire)(?:ed)? … (?:your|this|the) … ${PIECE}`,
    `i (?:really |truly |definitely )?(?:enjoyed|loved) (?:reading|your|this)`,
    `your (?:${PIECE}|writing|writings|ideas|insights|efforts?|thoughts) (?:is|are|and|looks|on|has|have|here)`,
    `(?:helped|helps) me (?:a lot|out|alot|so much|very much)`,
    `(?:article|post|${SITE}) … (?:helped|helps|useful|helpful|beneficial) (?:me|to|for)`,
    `(?:very|really|extremely|highly|quite) (?:${GOOD}|well written|well explained|well done)`,
    `(?:nicely|well|clearly|beautifully) (?:written|explained|said|done|put)`,
    `could not be written any better`,
    `i (?:totally |completely |entirely |fully |quite )?agree with (?:you|your|this)`,
    `(?:i will|ill|i shall) (?:definitely |certainly |surely )?(?:share|recommend|forward|send|try)`,
    `(?:hi|hello|hey|howdy|greetings) (?:there|admin|dear|mate|friends?|to all|colleagues)|admin`,
    `(?:shared?|sharing|forward(?:ed)?|sent?|recommend) … (?:my|with) … (?:friends|colleagues?|sister|brother|roommate|co ?workers?|cousin|followers|classmates|buddy|group)`,
    `(?:found|discovered|stumbled|came) … this (?:${SITE}|post|article)`,
    `(?:your|grab|subscribe to) … (?:rss|feeds?|e ?mail subscription|newsletter service)`,
    `(?:write|writing|post|posting) (?:more|on this|about this) … (?:subject|topic|matter)`,
    `look(?:ing)? forward to … (?:posts?|articles?|write ?ups?|from you)`,
    `(?:tips|advice|suggestions|recommendations) … (?:bloggers?|writers?|blogging)`,
  ],
});
