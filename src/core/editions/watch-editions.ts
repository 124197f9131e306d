import type { Parts } from '../platform/parts.ts';
import { editionsIn } from './edition-rows.ts';
import { pauseIfSending } from './move-edition.ts';
import { receptionSinceResumed, tooMuch } from './reception.ts';

/** Pauses an edition of which too much comes back: a list gone stale or a sender mistrusted is made worse by each more. */
export async function watchEditions(parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret'>): Promise<void> {
  for (const { id } of await editionsIn(parts.db, 'sending')) {
    const reason = tooMuch(await receptionSinceResumed(parts.db, id));
    if (reason) await pauseIfSending(parts, id, reason);
  }
}
