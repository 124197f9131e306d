import { concernOf, concernsByKey } from '../mail/bounces/concern.ts';
import type { Report } from '../mail/bounces/report.ts';
import { returnedLetter } from '../mail/bounces/returned-letter.ts';
import { concernOfReply } from '../mail/bounces/smtp-reply.ts';
import type { AnsweredCommand } from '../mail/bounces/verdict.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import type { Trx } from '../platform/db.ts';
import { type HeedingParts, heed, type Taken, type Taking } from './heed-bounce.ts';

export type { Taken } from './heed-bounce.ts';

/** A report, the key under which it counts once, and whether its sender has proved to be our own mail provider. */
export interface Evidence {
  report: Report;
  hash: string;
  isProviders: boolean;
}

/**
 * Takes a report to heart: a dead address and a complaint are suppressed, who asks to leave is unsubscribed, a letter
 * that failed for other reasons is counted. Of a stranger's message only that is believed of which it shows a letter
 * of ours: a forged report must not end anyone's subscription. A provider's signed word is believed by the address.
 *
 * @param options.dryRun tells what would come of it, and changes nothing
 */
export async function takeReport(
  parts: HeedingParts,
  { report, hash, isProviders }: Evidence,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<Taken[]> {
  if (!('addresses' in report)) return [{ state: 'nothing' }];
  const letter = await returnedLetter(parts, report);
  const taking = letter ? [aboutLetter(report, letter)] : isProviders ? aboutAddresses(report) : undefined;
  if (!taking) {
    parts.log.info('bounce.unproven', { kind: report.kind });
    return [{ state: 'unproven' }];
  }
  return takeAll(
    parts,
    hash,
    taking.filter((one) => one !== undefined),
    dryRun,
  );
}

/**
 * The relay has refused a letter for good, or has put it off for longer than we try: what a message that came back
 * would have said. The row is the sender's to settle.
 *
 * @param reply the relay's last answer
 * @param command what it answered, where that is known: of one to RCPT more can be believed
 */
export async function takeSmtpBounce(
  parts: HeedingParts,
  delivery: Delivery,
  reply: string,
  command?: AnsweredCommand,
): Promise<Taken> {
  const concern = concernOfReply(reply, command);
  const [taken] = await takeAll(
    parts,
    `smtp:${delivery.id}`,
    [{ concern, delivery, isSettled: true }],
    false,
  );
  return taken ?? { state: 'nothing' };
}

function aboutLetter(report: Report, delivery: Delivery): Taking | undefined {
  const concern = concernOf(report, delivery.recipient);
  return concern && { concern, delivery };
}

function aboutAddresses(report: Report): Taking[] {
  return [...concernsByKey(report)].map(([emailKey, concern]) => ({ concern, emailKey }));
}

async function takeAll(
  parts: HeedingParts,
  hash: string,
  all: readonly Taking[],
  dryRun: boolean,
): Promise<Taken[]> {
  if (all.length === 0) return [{ state: 'nothing' }];
  const taken: Taken[] = [];
  for (const taking of all) {
    const one = await transacted(parts, dryRun, (trx) => heed(parts, trx, hash, taking));
    taken.push(one);
    if (!dryRun) logTaken(parts, taking, one);
  }
  return taken;
}

/** Does it all for a dry run too, then takes it back: what it tells cannot differ from what would be done. */
async function transacted(
  { db }: HeedingParts,
  dryRun: boolean,
  work: (trx: Trx) => Promise<Taken>,
): Promise<Taken> {
  let taken: Taken | undefined;
  try {
    return await db.transaction().execute(async (trx) => {
      taken = await work(trx);
      if (dryRun) throw new DryRun();
      return taken;
    });
  } catch (error) {
    if (error instanceof DryRun && taken) return taken;
    throw error;
  }
}

class DryRun extends Error {}

/** Ids and codes alone: words of a report may name the reader. */
function logTaken({ log }: HeedingParts, { concern, delivery }: Taking, taken: Taken): void {
  const { kind, status } = concern;
  log.info('bounce.taken', { kind, status, outcome: taken.state, delivery: delivery?.id ?? null });
}
