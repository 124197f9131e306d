import { addressesIn, isSameAddress } from './addresses.ts';
import type { AnsweredCommand } from './verdict.ts';

/**
 * What the refusal of one recipient was an answer to, as far as the words around it tell: Postfix and Exim write it
 * beside the answer, sendmail shows the conversation, others have a phrase for it.
 */
export function answeredCommand(words: string, address: string | undefined): AnsweredCommand | undefined {
  const about = paragraphsAbout(words, address);
  return (
    inConversation(about, address) ?? PHRASES.find(([phrase]) => phrase.test(about.replace(/\s+/g, ' ')))?.[1]
  );
}

/** More than one may stand in a text; what came later in the conversation weighs against a hard verdict. */
const PHRASES: readonly (readonly [RegExp, AnsweredCommand])[] = [
  [/\bin reply to (?:end of )?DATA\b/i, 'data'],
  [/\bafter (?:pipelined )?(?:end of data|DATA|BDAT|sending data block)\b/i, 'data'],
  [/\b(?:for|after) (?:TEXT|DATA|BDAT) command\b/i, 'data'],
  [/\bfailed after I sent the message\b|\(state 1[5-8]\)/i, 'data'], // qmail; Google's states 13 to 18 are the session's
  [
    /\bin reply to MAIL FROM\b|\bafter (?:pipelined )?MAIL FROM\b|\bsender was rejected\b|\[MAIL_FROM\]|\(state 13\)/i,
    'mail',
  ],
  [
    /\bafter (?:initial connection|EHLO|HELO)\b|\bin reply to (?:EHLO|HELO|STARTTLS)\b|\bwhile talking to .{0,80} greeting\b/i,
    'connect',
  ],
  [/\bin reply to RCPT TO\b|\bafter (?:pipelined )?RCPT TO\b|\b(?:after|following|for) RCPT\b/i, 'rcpt'],
  [
    /\bSMTP:RCPT host\b|\bdid not like our RCPT TO\b|\bdoes not like recipient\b|\brejected recipient\b|\(state 14\)/i,
    'rcpt',
  ],
];

/** The paragraphs that name an address; all of the text where none does. */
function paragraphsAbout(words: string, address: string | undefined): string {
  if (address === undefined) return words;
  const paragraphs = words.split(/\r?\n[ \t]*\r?\n/);
  const about = paragraphs.filter((paragraph) => paragraph.toLowerCase().includes(address.toLowerCase()));
  return about.length > 0 ? about.join('\n\n') : words;
}

/** sendmail's transcript: `>>>` is what was said, `<<<` what was answered. */
function inConversation(words: string, address: string | undefined): AnsweredCommand | undefined {
  let said: { command: AnsweredCommand | undefined; line: string } | undefined;
  for (const line of words.split(/\r?\n/)) {
    const verb = /^\s*>>>\s*(MAIL|RCPT|DATA|BDAT|EHLO|HELO|\.)/i.exec(line)?.[1]?.toLowerCase();
    if (verb !== undefined) said = { command: COMMANDS[verb], line: verb === 'rcpt' ? line : '' };
    else if (/^\s*<<<\s*[45]\d\d/.test(line) && isAbout(`${said?.line ?? ''} ${line}`, address))
      return said?.command;
  }
  return undefined;
}

const COMMANDS: Record<string, AnsweredCommand> = {
  ehlo: 'connect',
  helo: 'connect',
  mail: 'mail',
  rcpt: 'rcpt',
  data: 'data',
  bdat: 'data',
  '.': 'data',
};

/** An answer that names somebody else, or was given to a question after somebody else, is not this one's. */
function isAbout(exchange: string, address: string | undefined): boolean {
  const named = [...addressesIn(exchange.slice(0, 2000))].map((found) => found.address);
  return named.length === 0 || address === undefined || named.some((one) => isSameAddress(one, address));
}
