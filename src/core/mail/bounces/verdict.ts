import {
  BARELY_REFUSED,
  DISABLED,
  FULL,
  NO_DOMAIN,
  NOT_THE_RECIPIENT,
  plainWords,
  SURELY_UNKNOWN,
  TAKES_NO_MAIL,
  UNKNOWN,
  VAGUE,
} from './answer-words.ts';
import type { RecipientKind } from './report.ts';

/** What the server's answer was an answer to; of `data` the recipient had been taken, and the letter was refused. */
export type AnsweredCommand = 'connect' | 'mail' | 'rcpt' | 'data';

/** All that is known of why a letter did not arrive. */
export interface Failure {
  /** RFC 3464 section 2.3.3; empty where it is not said. */
  action: string;
  /** The reporter's own status field, as it stands there, with its comment. */
  status: string;
  /** The diagnostic text, with its codes. */
  diagnostic: string;
  /** `smtp`, `x-unix`, … or empty. */
  diagnosticType: string;
  command?: AnsweredCommand | undefined;
  /** What the report says to people, where it speaks of this recipient alone. */
  remark: string;
}

export interface Verdict {
  kind: RecipientKind;
  status: string;
}

/**
 * Whether an address is dead (hard) or only this letter failed (soft). A wrong "hard" costs a reader their letters, a
 * wrong "soft" costs at most four more letters: so hard needs a code or words that speak of the address or its domain,
 * and nothing beside them that speaks of anything else. A 5 in front means nothing by itself: most 5.x.x are refusals
 * of a letter, a sender or a moment (policy, spam, size, a full box).
 */
export function verdictOn(failure: Failure): Verdict {
  const { action, status, diagnostic } = failure;
  const code = enhancedStatus(diagnostic, status);
  if (/^deliver|^relay|^expand/.test(action) || code.startsWith('2.'))
    return { kind: 'delivered', status: code };
  if (action.startsWith('delay')) return { kind: 'delayed', status: code };
  return { kind: isDead(failure, code) ? 'hard' : 'soft', status: code };
}

/** The receiving server's own code, unless it says nothing and the reporter's says more. */
export function enhancedStatus(diagnostic: string, status: string): string {
  const found = [...codesIn(diagnostic), ...codesIn(status)];
  return found.find((code) => !code.endsWith('.0.0')) ?? found[0] ?? '';
}

/** RFC 3463 section 3.2, 5.1.10 of RFC 7505, and 5.1.351, with which Microsoft passes on "unknown recipient". */
const DEAD_ADDRESS = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.1.351']);
/** Codes that leave it open whom they speak of: the words decide. */
const OPEN = /^(?:|5\.0\.\d+|5\.1\.[04]|5\.3\.0|5\.4\.\d+|5\.5\.\d)$/;
/** With these some servers number "no such user": as patient (4.1.1), as disabled, as a matter of policy (Yandex). */
const MISNUMBERED = new Set(['4.1.1', '5.2.1', '5.7.1']);

function isDead({ status, diagnostic, diagnosticType, command, remark }: Failure, code: string): boolean {
  if (diagnosticType === 'x-unix') return false; // a program on the last machine failed, not the address
  const said = plainWords(`${diagnostic} ${/\((.*)\)/s.exec(status)?.[1] ?? ''}`);
  if (isMicrosoftsUnknown(code, said)) return true;
  if (NOT_THE_RECIPIENT.test(said) || isContradicted(remark)) return false;
  if (takesNoMail(diagnostic, said, code)) return true;
  if (VAGUE.test(said) && !UNKNOWN.test(said)) return false;
  if (DEAD_ADDRESS.has(code)) return true;
  if (command !== undefined && command !== 'rcpt') return false;
  return saysDead(said, code, command === 'rcpt' || isTakenForUnknown(remark));
}

/** @param isAboutRecipient whether the answer is known to have been to RCPT */
function saysDead(said: string, code: string, isAboutRecipient: boolean): boolean {
  if (OPEN.test(code)) {
    if (NO_DOMAIN.test(said) || SURELY_UNKNOWN.test(said)) return true;
    if (code === '5.1.0' && (UNKNOWN.test(said) || BARELY_REFUSED.test(said))) return true;
    return isAboutRecipient && (UNKNOWN.test(said) || BARELY_REFUSED.test(said));
  }
  return isAboutRecipient && UNKNOWN.test(said) && MISNUMBERED.has(code);
}

/** Exchange Online answers so to whoever is not in a tenant's directory (directory-based edge blocking). */
function isMicrosoftsUnknown(code: string, said: string): boolean {
  return code === '5.4.1' && /\brecipient address rejected: access denied\b/.test(said);
}

/** A 4 in front: by a look at DNS that may be wrong at the moment. 521 and 556 say "never" (RFC 7504). */
function takesNoMail(diagnostic: string, said: string, code: string): boolean {
  if (/^\W*(?:521 5\.3\.2|556 5\.1\.10)\b/.test(diagnostic)) return true;
  return (
    TAKES_NO_MAIL.test(said) && !code.startsWith('4.') && (!code.startsWith('5.7.') || code === '5.7.27')
  );
}

/** The report's own prose says that the box is there. */
function isContradicted(remark: string): boolean {
  const said = plainWords(remark);
  return FULL.test(said) || DISABLED.test(said);
}

/** The reporter, who had the conversation, took the answer for "no such address". */
function isTakenForUnknown(remark: string): boolean {
  return /\baddress (?:could ?n[o']t|could not|was not|not) (?:be )?found\b/.test(plainWords(remark));
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/g)].map(
    (match) => match[1] ?? '',
  );
}
