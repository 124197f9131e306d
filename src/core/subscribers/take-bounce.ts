import { type Concern, concernOf, concernsByKey } from '../mail/bounces/concern.ts';
import type { Report } from '../mail/bounces/report.ts';
import { returnedLetter } from '../mail/bounces/returned-letter.ts';
import { markReturned } from '../mail/bounces/returned-rows.ts';
import { concernOfReply } from '../mail/bounces/smtp-reply.ts';
import type { AnsweredCommand } from '../mail/bounces/verdict.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { insertBounce, softBouncesSince } from './bounce-rows.ts';
import {
  changeSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
  subscriberByKey,
} from './subscriber-rows.ts';
import { suppress } from './suppression.ts';
import { skipWaiting } from './waiting-rows.ts';

/** What came of a report, for one reader. */
export type Taken =
  | { state: 'suppressed'; why: 'hard' | 'soft-too-often' | 'complaint' }
  | { state: 'unsubscribed' }
  /** Soft; `times` within the last fourteen days. */
  | { state: 'counted'; times: number }
  /** The same message told of it before. */
  | { state: 'taken-before' }
  /** A letter of ours, to nobody who subscribes. */
  | { state: 'nobody' }
  /** It names no letter of ours, and whoever sent it proves nothing: it may be a forgery. */
  | { state: 'unproven' }
  /** It asks for nothing: late, delivered, an absence note, a report on authentication, other mail. */
  | { state: 'nothing' };

/** A report, the key under which it counts once, and whether its sender has proved to be our own mail provider. */
export interface Evidence {
  report: Report;
  hash: string;
  isProviders: boolean;
}

type TakingParts = Pick<Parts, 'db' | 'clock' | 'secret' | 'log'>;

const SOFT_MOST = 5;
const SOFT_WITHIN_MS = 14 * DAY;

/**
 * Takes a report to heart: a dead address and a complaint are suppressed, who asks to leave is unsubscribed, a letter
 * that failed for other reasons is counted. Of a stranger's message only that is believed of which it shows a letter
 * of ours: a forged report must not end anyone's subscription. A provider's signed word is believed by the address.
 *
 * @param options.dryRun tells what would come of it, and changes nothing
 */
export async function takeReport(
  parts: TakingParts,
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
  parts: TakingParts,
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

interface Taking {
  concern: Concern;
  delivery?: Delivery;
  /** Where no letter is known: whose address it is. */
  emailKey?: string;
  /** The letter's row says so already. */
  isSettled?: boolean;
}

function aboutLetter(report: Report, delivery: Delivery): Taking | undefined {
  const concern = concernOf(report, delivery.recipient);
  return concern && { concern, delivery };
}

function aboutAddresses(report: Report): Taking[] {
  return [...concernsByKey(report)].map(([emailKey, concern]) => ({ concern, emailKey }));
}

async function takeAll(
  parts: TakingParts,
  hash: string,
  all: readonly Taking[],
  dryRun: boolean,
): Promise<Taken[]> {
  if (all.length === 0) return [{ state: 'nothing' }];
  const taken: Taken[] = [];
  for (const taking of all) {
    const one = await undone(parts, dryRun, (trx) => take(parts, trx, hash, taking));
    taken.push(one);
    if (!dryRun) logTaken(parts, taking, one);
  }
  return taken;
}

/** Does it all for a dry run too, then takes it back: what it tells cannot differ from what would be done. */
async function undone(
  { db }: TakingParts,
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

async function take(parts: TakingParts, trx: Trx, hash: string, taking: Taking): Promise<Taken> {
  const { concern, delivery, isSettled } = taking;
  const isBounce = concern.kind === 'hard' || concern.kind === 'soft';
  if (delivery && isBounce && !isSettled) await markReturned(trx, delivery.id, replyOf(concern));
  const subscriber = await subscriberOf(trx, taking);
  if (!subscriber) return { state: 'nobody' };
  const isNew = await insertBounce(trx, {
    message_hash: hash,
    at: isoTime(parts.clock.now()),
    subscriber_id: subscriber.id,
    delivery_id: delivery?.id ?? null,
    edition_id: delivery?.edition_id ?? null,
    ...concern,
  });
  return isNew ? settle(parts, trx, subscriber, concern.kind) : { state: 'taken-before' };
}

async function subscriberOf(trx: Trx, { delivery, emailKey }: Taking): Promise<Subscriber | undefined> {
  if (delivery?.subscriber_id) return subscriberById(trx, delivery.subscriber_id);
  return emailKey === undefined ? undefined : subscriberByKey(trx, emailKey);
}

async function settle(
  parts: TakingParts,
  trx: Trx,
  subscriber: Subscriber,
  kind: Concern['kind'],
): Promise<Taken> {
  if (kind === 'opt-out') return leave(parts, trx, subscriber);
  if (kind === 'soft') {
    const since = isoAfter(parts.clock.now(), -SOFT_WITHIN_MS);
    const times = await softBouncesSince(trx, subscriber.id, since);
    if (times < SOFT_MOST) return { state: 'counted', times };
  }
  await suppress(parts, trx, subscriber.email_key, kind === 'complaint' ? 'complaint' : 'bounced');
  return { state: 'suppressed', why: kind === 'soft' ? 'soft-too-often' : kind };
}

/** They may sign up again: nothing is wrong with the address. */
async function leave({ clock }: TakingParts, trx: Trx, { id }: Subscriber): Promise<Taken> {
  const now = isoTime(clock.now());
  const change = { state: 'unsubscribed', ended_at: now } as const;
  if (await changeSubscriber(trx, id, ['pending', 'confirmed'], change)) {
    await skipWaiting(trx, id, 'unsubscribed meanwhile', 'editions');
    const event = { subscriber_id: id, at: now, kind: 'unsubscribed', network: null, detail: 'opt-out' };
    await insertSubscriberEvent(trx, event);
  }
  return { state: 'unsubscribed' };
}

function replyOf({ status, reason }: Concern): string {
  return reason || status || 'It came back; the report does not say why.';
}

/** Ids and codes alone: words of a report may name the reader. */
function logTaken({ log }: TakingParts, { concern, delivery }: Taking, taken: Taken): void {
  const { kind, status } = concern;
  log.info('bounce.taken', { kind, status, outcome: taken.state, delivery: delivery?.id ?? null });
}
