import { MailboxAway, visitMailbox } from '../mail/bounces/mailbox.ts';
import type { Parts } from '../platform/parts.ts';
import { settingValue } from '../platform/settings.ts';
import { takeMessage } from './take-message.ts';

type MailboxParts = Pick<Parts, 'config' | 'db' | 'clock' | 'secret' | 'log'>;

/**
 * Takes what has come to the mailbox of BOUNCE_IMAP_URL. A mailbox that is away is no fault of ours: it is noted, and
 * visited again at the next turn, not sooner, as a server that refuses a password may come to lock its user out.
 *
 * @returns how many messages were read
 */
export async function readBounceMailbox(parts: MailboxParts, signal?: AbortSignal): Promise<number> {
  const url = parts.config.bounceMailbox;
  if (!url) return 0;
  try {
    return await visitMailbox(url, (message) => takeOrSetAside(parts, message), signal);
  } catch (error) {
    if (!(error instanceof MailboxAway)) throw error;
    if (!signal?.aborted) parts.log.warn('bounces.mailbox-away', { reason: error.message });
    return 0;
  }
}

/** Where the database answers all the same, it is the message: it must not keep those behind it waiting. */
async function takeOrSetAside(parts: MailboxParts, message: Buffer): Promise<'done' | 'set-aside'> {
  try {
    await takeMessage(parts, message, []);
    return 'done';
  } catch (error) {
    await settingValue(parts.db, 'first-start');
    parts.log.error('bug.bounce', { error });
    return 'set-aside';
  }
}
