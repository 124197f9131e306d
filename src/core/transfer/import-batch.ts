import type { Trx } from '../platform/db.ts';
import { type EmailAddress, parseEmailAddress } from '../platform/email-address.ts';
import type { Parts } from '../platform/parts.ts';
import { type BroughtIn, bringIn } from '../subscribers/bring-in.ts';
import { type KeptOut, keepOut } from '../subscribers/keep-out.ts';
import type { Listed } from './list-formats.ts';
import { type ImportContext, incomerFrom } from './listed-person.ts';

/** `never`: not confirmed where they come from; `merged`: the address stood there before. */
export type RowOutcome = BroughtIn | KeptOut | 'never' | 'merged' | 'refused';

/** Some rows of a list, merged by address; whoever left by one of them has left. */
export class ImportBatch {
  readonly #readers = new Map<string, { listed: Listed; address: EmailAddress }>();
  readonly #leavers = new Map<string, string>();
  readonly #note: (outcome: RowOutcome, line?: number, problem?: string) => void;

  /** @param note told once of each row; where it is refused, with the reason */
  constructor(note: (outcome: RowOutcome, line?: number, problem?: string) => void) {
    this.#note = note;
  }

  take(line: number, listed: Listed | { problem: string }): void {
    const address = 'problem' in listed ? undefined : parseEmailAddress(listed.email);
    if ('problem' in listed) this.#note('refused', line, listed.problem);
    else if (!address) this.#note('refused', line, addressProblem(listed.email));
    else if (listed.state === 'never') this.#note('never');
    else this.#add(listed, address);
  }

  async write(parts: Parts, context: ImportContext, isDryRun: boolean): Promise<void> {
    const { source } = context;
    const leavers = new Map(
      [...this.#leavers].map(([key, why]) => [key, `left elsewhere, says ${source}: ${why}`]),
    );
    const incomers = new Map(
      [...this.#readers].map(([key, { listed, address }]) => [key, incomerFrom(listed, address, context)]),
    );
    if (leavers.size + incomers.size === 0) return;
    const outcomes = await inTransaction(parts, isDryRun, async (trx) => [
      ...(await keepOut(trx, parts, leavers)).values(),
      ...(await bringIn(trx, parts, 'imported', incomers)).values(),
    ]);
    for (const outcome of outcomes) this.#note(outcome);
  }

  #add(listed: Listed, address: EmailAddress): void {
    const { key } = address;
    if (this.#readers.has(key) || this.#leavers.has(key)) this.#note('merged');
    if (listed.state === 'left') {
      this.#readers.delete(key);
      this.#leavers.set(key, listed.why);
    } else if (!this.#leavers.has(key) && !this.#readers.has(key))
      this.#readers.set(key, { listed, address });
  }
}

function addressProblem(typed: string): string {
  if (typed.trim() === '') return 'there is no address';
  const shown = JSON.stringify(typed.length > 80 ? `${typed.slice(0, 80)}…` : typed);
  return `${shown} is no address that we can write to`;
}

/** A dry run does all of it, and takes it back. */
async function inTransaction<T>(
  { db }: Pick<Parts, 'db'>,
  isDryRun: boolean,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  if (!isDryRun) return db.transaction().execute(work);
  const trx = await db.startTransaction().execute();
  try {
    return await work(trx);
  } finally {
    await trx.rollback().execute();
  }
}
