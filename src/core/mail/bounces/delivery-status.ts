import { isSameAddress } from './addresses.ts';
import { answerIn, oneLine } from './answer-text.ts';
import { MOST_RECIPIENTS, namedRecipients } from './notice.ts';
import type { FailedRecipient } from './report.ts';
import { addressIn, type Fields, fieldBlocks, typed } from './report-fields.ts';
import { answeredCommand } from './transcript.ts';
import { verdictOn } from './verdict.ts';

/**
 * Reads the machine-readable part of a report (RFC 3464): one block of fields a recipient.
 *
 * @param words what the report says to people; it tells what the diagnostic code leaves out
 */
export function statusRecipients(body: string, words: string): FailedRecipient[] {
  const blocks = fieldBlocks(body).filter(isAboutRecipient).slice(0, MOST_RECIPIENTS);
  return blocks.map((fields) => {
    const address = addressOf(fields);
    const isLone = blocks.length === 1;
    const { type, value } = typed(first(fields, 'diagnostic-code'));
    const diagnostic = value || answerIn(wordsAbout(address, words, isLone));
    const verdict = verdictOn({
      action: first(fields, 'action').toLowerCase(),
      status: first(fields, 'status'),
      diagnostic,
      diagnosticType: type,
      command: answeredCommand(words, address),
      remark: isLone ? words : '',
    });
    return {
      ...verdict,
      ...(address ? { address } : {}),
      reason: oneLine(diagnostic || first(fields, 'status')),
    };
  });
}

/** Whether a text holds such fields, though nothing says so. */
export function hasStatusFields(text: string): boolean {
  return (
    /^(?:Final|Original)-Recipient[ \t]*:/im.test(text) &&
    /^(?:Action|Status|Diagnostic-Code)[ \t]*:/im.test(text)
  );
}

function isAboutRecipient(fields: Fields): boolean {
  const isNamed = fields.has('final-recipient') || fields.has('original-recipient');
  return isNamed || (fields.has('action') && fields.has('status'));
}

/** The original recipient is the address that we wrote to; the final one may be where that was forwarded to. */
function addressOf(fields: Fields): string | undefined {
  const named = ['original-recipient', 'final-recipient', 'x-actual-recipient'].map((name) =>
    addressIn(typed(first(fields, name)).value),
  );
  return named.find((address) => address !== undefined);
}

function first(fields: Fields, name: string): string {
  return fields.get(name)?.[0] ?? '';
}

/** Some reporters keep the answer out of their fields and write it beside the address. */
function wordsAbout(address: string | undefined, words: string, isLone: boolean): string {
  if (isLone || address === undefined) return isLone ? words : '';
  const all = namedRecipients(words, [], []);
  return all.find((named) => isSameAddress(named.address, address))?.words ?? '';
}
