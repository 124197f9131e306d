import { createInterface } from 'node:readline/promises';
import { UsageError } from './command.ts';

/**
 * Asks whoever sits at the terminal before something goes out.
 *
 * @param isYes they have said so already, with --yes
 * @throws UsageError with the question where nobody can be asked
 */
export async function isConfirmed(question: string, isYes: boolean): Promise<boolean> {
  if (isYes) return true;
  if (!process.stdin.isTTY) throw new UsageError(`${question} Nothing was done: say so with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(?:es)?$/i.test(answer.trim());
}
