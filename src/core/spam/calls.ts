import { phrasebook, phraseSign, phrasesIn } from './phrases.ts';
import type { Reading } from './reading.ts';
import type { Sign } from './sign.ts';

/** Whether it asks for attention, clicks, subscriptions, votes or money, for the writer's own good. */
export function callSign({ words, length, links }: Reading): Sign | undefined {
  const sign = phraseSign('call', 'It asks for attention', {
    found: phrasesIn(CALLS, words),
    length,
    most: 2,
  });
  return sign?.weight === 2 && links.length > 0
    ? { ...sign, weight: 3, words: `${sign.words}, with a link` }
    : sign;
}

/** As people in a hurry spell it. */
const PLEASE = '(?:pl+(?:ea|ee?|i)?[sz]{1,2}e?|kindly)';
const SUBSCRIBE = '(?:su[bcs]{0,3}c?ri[bp]e?|subs?)';
const SUBSCRIBERS = '(?:su[bcs]{0,3}c?ri[bp]er?s|subs|followers?)';
const CHECK = '(?:che?c?k|ch?ack|chek)(?:ing)?';
const LOOK = `(?:${CHECK}|see|visit|watch|view|look(?:ing)?|listen|hear|read|come|go|join|support|share|download|buy|order|rate|try|love|enjoy|search|find)`;
const OWN = '(?:my|our)';
const NEW = '(?:(?:new|newest|latest|first|own|next|other|youtube|yt|music|gaming|rap) ){0,3}';
const CHANNEL = '(?:ch+an+e?ll?e?s?|channle)';
const VIDEO = '(?:vid[ie]?os?|vids?|clips?|vlogs?|playlists?)';
const MUSIC =
  '(?:songs?|music|remix(?:es)?|mix ?tapes?|albums?|beats|raps?|freestyles?|bands?|(?:cover|music|rap) (?:songs?|videos?))';
const COVERS = '(?:(?:new|latest|first|song|guitar|singing|music) )?covers?';
const WORK =
  '(?:fan ?pages?|merch|shirts?|give ?aways?|patreon|go ?fund ?me|kickstarter|petition|fundraiser)';
const SOCIAL =
  '(?:instagram|insta|ig|snap ?chat|twitch|sound ?cloud|facebook|fb|twitter|tik ?tok|spotify|google)(?! (?:account|password|login|credentials|was|is|got))';
const PLACE =
  '(?:pages?|web ?pages?|sites?|web ?sites?|blogs?|web ?logs?|shops?|stores?|profiles?|apps?|links?)';
/** Not what somebody reports that others do. */
const DO = '(?<! (?:we|i|they|who|users|customers|attackers|people) )';

const CALLS = phrasebook({
  3: [
    `${SUBSCRIBE} (?:to |on |in |at |for )?(?:my|me(?! to)|us|our)`,
    `su[bcs]{0,3}c?ri[bp](?:es|ed|ing)? to (?:my|me|us)`,
    `(?<=^ )${SUBSCRIBE} (?:to(?! (?:your|this|the))|like|and|for|if|guys)`,
    `${PLEASE} (?:[^ ]{1,20} )?${SUBSCRIBE}`,
    `(?:${SUBSCRIBE}|like|follow|f) ?(?:4|for) ?(?:${SUBSCRIBE}|like|follow|f)`,
    `(?:i|ill|will|and) … ${SUBSCRIBE} (?:you |u )?back`,
    `${LOOK} (?:[^ ]{1,20} ){0,2}${OWN} (?:[^ ]{1,20} ){0,2}(?:${CHANNEL}|${VIDEO}|${MUSIC}|${WORK})`,
    `${LOOK} (?:[^ ]{1,20} ){0,2}${OWN} (?:${COVERS}|books?)`,
    `my ${NEW}${CHANNEL}`,
    `${CHECK} out (?:this |these |the )?${NEW}(?:${CHANNEL}|${VIDEO}|${MUSIC})`,
    `${CHECK} (?:me|us) out`,
    `follow (?:me|us) (?:on|at|for|and|@)`,
    `(?:i|we|me|us|help|need|want) … (?:get|reach|hit|gain|need|got|getting|reaching) … \\d[^ ]{0,8} (?:more )?${SUBSCRIBERS}`,
    `(?:get|give|gain|want|need|appreciate) (?:me |us |you )?(?:some|more|any|a few|free|your) ${SUBSCRIBERS}`,
    `(?:shoot|goal|aim|road)(?:ing)? (?:for |to |is |of )?\\d[^ ]{0,8} ${SUBSCRIBERS}`,
    `suscr[ií]b[^ ]{1,6} … (?:mi|nuestro) canal`,
    `inscrev[^ ]{1,4} … (?:meu|nosso) canal`,
    `abonn[^ ]{1,5} … (?:meinen?|unseren?|ma|notre) (?:kanal|cha[iî]ne)`,
    `(?:подпишитесь|подписывайтесь|подпишись) … (?:мой|наш|меня|нас)`,
  ],
  2: [
    `${PLEASE} … ${SUBSCRIBE}`,
    `${SUBSCRIBE} … ${PLEASE}`,
    `${SUBSCRIBE} (?:now|here|back|today|guys|people|everyone|and like|like|for more|if)`,
    `like (?:(?:and|n|comment|share|this|it|or) ){0,3}${SUBSCRIBE}`,
    `like (?:this|my|the|our) (?:comment|page|video|channel|post|photo|status)`,
    `(?:throw|give|drop|leave|hit|smash|press) (?:[^ ]{1,20} ){0,2}(?:a|the|that|some) (?:sub|subscribe|likes?|follow|thumbs up)`,
    `${CHECK} (?:this|these|the)? ?${NEW}(?:${CHANNEL}|${VIDEO}|songs?|music|album)`,
    `${CHECK} (?:them|him|her|this|these guys|this guy) out`,
    `(?:${CHECK}|watch|visit|look)(?: out)? … ${CHANNEL}`,
    `${DO}(?:${CHECK}|click|visit|come|go|support|browse|try) (?:[^ ]{1,20} ){0,2}${OWN} (?:[^ ]{1,20} ){0,2}${PLACE}`,
    `(?:follow|add|like|find|join|${CHECK}|visit) (?:[^ ]{1,20} ){0,2}(?:me|my|our|us) (?:[^ ]{1,20} ){0,2}${SOCIAL}`,
    `my ${NEW}(?:${VIDEO}|${MUSIC}|${WORK}|covers?)`,
    `our (?:new|newest|latest|first|own|music) (?:${CHANNEL}|${VIDEO}|${MUSIC}|covers?)|our (?:${CHANNEL}|songs?|music|album|band|giveaway)`,
    `i(?:m| am| do| make| made| upload| post| record| produce| create| play| sing| rap) … (?:${CHANNEL}|${VIDEO}|${MUSIC}|covers|youtuber|rapper|singer|song ?writer|musician|producer|gamer|streamer)`,
    `we(?: are|re| do| make| upload| play) … (?:${MUSIC}|duo|singers?|${VIDEO})`,
    `(?:follow|add|dm|inbox|text) me`,
    `${PLEASE} (?:[^ ]{1,20} )?(?:like|vote|donate|repost|re ?tweet|rate)`,
    `(?:vote|donate|share) … ${PLEASE}`,
    `(?:help|halp) me (?:reach|grow|become|with my (?:project|channel|music|dream)|get \\d[^ ]{0,8})`,
    `(?:vote|voting) (?:for )?(?:me|us|my|our|here)`,
    `donat(?:e|ions?|ing) … (?:me|us|my|our|money|here|link)`,
    `sign … petition`,
    `(?:link|url) (?:is |are )?(?:in|on) (?:my|the|our) (?:bio|profile|description|channel|name|page)`,
    `click (?:on )?my (?:name|picture|profile|avatar|link)`,
    `(?:you )?(?:wont|will not) (?:be )?(?:disappointed|regret)`,
    `would (?:really )?(?:mean|help) (?:so much|a lot|the world|us|me) … (?:if|to)`,
    `(?:mi|nuestro|meu|nosso|mon|notre|mein|unser|мой|мій) (?:nuevo |novo |neuer )?(?:canal|kanal|cha[iî]ne|канал)`,
  ],
  1: [
    SUBSCRIBE,
    `${CHECK} (?:[^ ]{1,20} )?out`,
    `${PLEASE} (?:check|visit|watch|share|read|listen|download|click|join|look|buy|pray|go|follow|support|spread|comment)`,
    `${PLEASE} … (?:check|watch|listen|view)`,
    `${PLEASE} (?:help|halp) (?:me|us)|(?:help|halp) (?:me|us) (?:get|go|out)`,
    `click (?:here|below|now|(?:on )?(?:the|this|that) link)`,
    `(?:visit|join|support) (?:us|me|here|now|today|at|this (?:site|page|link|channel))`,
    `(?:come|go) (?:and |over |on )?(?:${CHECK}|watch|see|join|follow|visit|look|support)`,
    `(?:give|take) (?:it|us|me|this|them|him|her) a (?:like|listen|try|chance|look|shot|watch|view)`,
    `leave (?:a |some |your )?(?:like|comments?|feedback)`,
    `(?:tell|let) (?:me|us) (?:know )?what (?:you|u) (?:guys )?think`,
    `(?:some|any|your) (?:advice|feedback|support|criticism)`,
    `(?:would|will|id|ill) (?:be )?(?:so |very |really )?(?:grateful|appreciate|appreciated|thankful|wonderful)`,
    `(?:hey|hi|hello|hai|yo|whats ?up) (?:guys|everyone|everybody|people|all|there|friends|peeps|y ?all|u ?tubers|youtubers|dear)`,
    `(?:spread|share) (?:the word|this|everyone|it|with)`,
    `(?:new|small|young|upcoming|unsigned|aspiring|independent|indie) (?:to )?(?:youtube|youtuber|channel|artist|rapper|singer|producer|musician|band)`,
    `(?:dont|do not) (?:forget|miss|be lazy)`,
  ],
});
