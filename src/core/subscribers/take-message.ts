import { messageHash } from '../mail/bounces/message-hash.ts';
import { readReport } from '../mail/bounces/read-report.ts';
import type { Report } from '../mail/bounces/report.ts';
import type { Parts } from '../platform/parts.ts';
import { type Taken, takeReport } from './take-bounce.ts';

/**
 * Takes a message that came to the bounce address, by a pipe or from a mailbox. Who handed it over is trusted to have
 * it from the mail system; who wrote it is not, as anyone may write to that address.
 *
 * @param envelopeRecipients where it was sent to, where the mail system says so
 */
export async function takeMessage(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'log'>,
  message: Buffer,
  envelopeRecipients: readonly string[],
  options: { dryRun?: boolean } = {},
): Promise<{ report: Report; taken: Taken[] }> {
  const report = await readReport(message, envelopeRecipients);
  const evidence = { report, hash: messageHash(message), isProviders: false };
  return { report, taken: await takeReport(parts, evidence, options) };
}
