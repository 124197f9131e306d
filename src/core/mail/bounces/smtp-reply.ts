import { oneLine } from './answer-text.ts';
import type { Concern } from './concern.ts';
import { type AnsweredCommand, verdictOn } from './verdict.ts';

/** What a relay's last answer to a letter says of its recipient; a letter that was put off too long failed too. */
export function concernOfReply(reply: string, command?: AnsweredCommand): Concern {
  const words = { diagnostic: reply, diagnosticType: 'smtp', status: '', remark: '' };
  const { kind, status } = verdictOn({ ...words, action: 'failed', command });
  return { kind: kind === 'hard' ? 'hard' : 'soft', status, reason: oneLine(reply) };
}
