import { isMailSystem } from './addresses.ts';
import { answerIn, oneLine } from './answer-text.ts';
import { namedRecipients } from './notice.ts';
import type { FailedRecipient } from './report.ts';
import { answeredCommand } from './transcript.ts';
import { verdictOn } from './verdict.ts';

/** Subjects under which mail systems without a machine-readable part return letters. */
const SUBJECT =
  /\b(?:undeliver\w*|failure notice|returned (?:mail|to sender)|mail (?:delivery )?fail\w*|deliver\w* (?:status|fail\w*|report|notif\w*|problem)|fail\w* deliver\w*|could not be delivered|non-?deliver\w*|error sending your mail)\b/i;

/** Whether a message is a mail system's own: only of these is prose read as a report. */
export function isFromMailSystem(from: string, subject: string): boolean {
  return isMailSystem(from) || SUBJECT.test(subject);
}

/** Reads a report that is written for people alone (qmail, Exim, sendmail before version 8, many others). */
export function proseRecipients(
  words: string,
  known: readonly string[],
  notMeant: readonly string[],
): FailedRecipient[] {
  const action = DELAYED.test(words) ? 'delayed' : 'failed';
  const named = namedRecipients(words, known, notMeant);
  return named.map(({ address, words: about }) => {
    const failure = {
      action,
      status: '',
      diagnostic: answerIn(about),
      diagnosticType: '',
      command: answeredCommand(about, address),
      remark: named.length === 1 ? words : '',
    };
    return { address, ...verdictOn(failure), reason: oneLine(answerIn(about)) };
  });
}

const DELAYED = /\b(?:warning message only|will be retried|has been delayed|not need to resend)\b/i;
