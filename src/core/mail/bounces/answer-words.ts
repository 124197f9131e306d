import { withoutAddresses } from './addresses.ts';

/**
 * What servers' words mean. They are read after addresses, links and host names are gone from them: a mailbox may be
 * called `user-unknown`, and a help page's address speaks of spam.
 */
export function plainWords(text: string): string {
  return withoutAddresses(text.replace(/https?:\/\/\S+/gi, ' '), ' ')
    .replace(/\b[45]\d\d[- ]#?[45]\.\d{1,3}\.\d{1,3}\b/g, ' ') // repeated on each line of a long answer
    .replace(/(?<![\w.-])(?:[\w-]{1,63}\.){2,9}[a-z]{2,20}\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .toLowerCase()
    .trim();
}

const any = (...patterns: RegExp[]) => new RegExp(patterns.map(({ source }) => source).join('|'));

/** The mailbox is there, and takes nothing now. */
export const FULL = any(
  /\bquota\b/,
  /\b(?:is|mailbox|inbox|account|over|storage|box) full\b/,
  /\bexceed(?:s|ed|ing)?\b/,
  /\b(?:disk|storage|insufficient|enough) (?:space|storage|disk)\b/,
  /\bbo[iî]te pleine\b/,
);
export const DISABLED = any(
  /\b(?:disabled|suspended|deactivated|inactive|frozen|locked|terminated|discontinued)\b/,
  /\b(?:not|never been) (?:active|activated)\b/,
  /\bno longer (?:available|active|in use)\b/,
);

/** It is about the letter, its sender or the moment: nothing is said against the recipient. */
export const NOT_THE_RECIPIENT = any(
  FULL,
  DISABLED,
  /\b(?:spam\w*|junk|ube|uce|bulk|virus\w*|malware|phish\w*|scam|suspicious|reputation)\b/,
  /\b(?:block(?:ed|ing|list\w*)?|black ?list\w*|bl[ao]cked|ban(?:ned)?|rbl|dnsbl|listed (?:at|by|on))\b/,
  /\b(?:polic(?:y|ies)|prohibited|forbidden|restrict\w*|denied|not (?:allowed|permitted|authori[sz]ed))\b/,
  /\b(?:unauthori[sz]ed|unauthenticated|authenticat\w+|dmarc|spf|dkim|arc|ptr|reverse dns|rdns)\b/,
  /\b(?:gr[ae]y ?list\w*|temporar\w*|try(?: again)? later|later|rate|throttl\w*|too (?:many|much|fast|often))\b/,
  /\b(?:time[d ]? ?out|expired|busy|overload\w*|unavailable for|connection (?:refused|reset|lost|closed))\b/,
  /\b(?:too (?:large|big|long)|size limit|message size|line limit)\b/,
  /\b(?:sender|senders|mail from|return-?path|envelope from|originat\w+|purported)\b/,
  /\b(?:contents?|attachments?|non-?compliant|compliant|malformed|encoding|charset)\b/,
  /\b(?:relay|relaying) (?:access )?(?:denied|not|is not|prohibited)\b|\b(?:mail relay|unable to relay|cannot relay)\b/,
  /\b(?:loop\w*|too many hops|hop count|starttls|tls|encrypt\w*|protocol error|syntax error|out of sequence)\b/,
);

/** A refusal that says not of what; where a name is said to be unknown beside it, that is of what. */
export const VAGUE =
  /\b(?:message|mail|e-?mail|transaction|delivery|connection) (?:has been |was |is )?(?:rejected|refused|failed|not accepted)\b/;

/** Nobody of that name, in words that no filter uses for anything else. */
export const SURELY_UNKNOWN = any(
  /\bdoes ?n[o']t have an? .{0,60}account\b/, // Yahoo
  /\bnot listed in (?:the )?(?:domino|public|company)\b/, // Domino and Notes, of their own directory
  /\baccount that you tried to reach does not exist\b/, // Google
  /\brecipient name is not recogni[sz]ed\b/, // Exchange 5.5
  /\brequested action not taken: mailbox (?:unavailable|not found)\b/, // the words of RFC 5321 section 4.2.2 themselves
);

/** Nobody of that name, in the words that some carriers also use for letters that their filters refuse. */
export const UNKNOWN = any(
  /\b(?:user|recipient|mailbox|address|account|alias|local part|person|customer|destination|addressee|mail ?box)s?\b.{0,30}\b(?:unknown|not known|not? exist(?:s|ing)?|not found|not recogni[sz]ed|not listed|not local|not valid|invalid|undeliverable|unrouteable|unroutable)\b/,
  /\b(?:unknown|no such|invalid|bad|illegal|non-?existent|not a valid|not a known) (?:or \w+ )?(?:local |virtual |e-?mail |remote )?(?:user|recipient|mailbox|address|account|alias|person|destination|customer)\b/,
  /\bno (?:mailbox|one|account)\b.{0,30}\b(?:here|by that name|found)\b/,
  /\bmailbox unavailable\b/,
  /\bnot our (?:user|customer)\b/,
  /\b(?:user|mailbox|recipient|account) has moved\b|\baddress has been (?:changed|replaced)\b/,
  /\b(?:utilisateur|destinataire|adresse) (?:inconnue?|inexistante?)\b|\busuario desconocido\b|\bno existe\b|\bnessun utente\b/,
  /\b(?:benutzer|empf[aä]nger|adresse) (?:ist )?(?:unbekannt|existiert nicht)\b|\bunbekannte[rs]? (?:benutzer|empf[aä]nger)\b/,
);

/** The address was refused, and no reason given beside it. */
export const BARELY_REFUSED =
  /^[\s\d#.<>:-]*(?:recipient )?address rejected[\s.]*(?:\(in reply to[^)]*\))?[\s.]*$/;

/** The domain is not there. */
export const NO_DOMAIN = any(
  /\b(?:host|domain)(?: or domain)?(?: name)? (?:is )?(?:unknown|not found|does ?n[o']t exist|invalid)\b/,
  /\b(?:unknown|no such|illegal|invalid) (?:host|domain|mail domain)\b/,
  /\bdns domain\b.{0,60}\bdoes not exist\b|\bnxdomain\b/,
  /\bunrout(?:e)?able (?:mail domain|address)\b/, // Exim: no way to it is known, by its own look at DNS
  /\ball host address lookups failed permanently\b|\ball relevant mx records point to non-existent hosts\b/, // Exim
  /\bdomain is not reachable\b.{0,10}\bplease check the domain\b/, // Hotmail
);

/** The domain is there and takes no mail at all (RFC 7505). */
export const TAKES_NO_MAIL =
  /\bnull ?mx\b|\bmx or srv record indicated no smtp service\b|\b(?:host|domain|system|server)\b.{0,20}\b(?:does not|doesn't) (?:accept|receive) (?:e-?mail|mail|any mail)\b(?! from)/;
