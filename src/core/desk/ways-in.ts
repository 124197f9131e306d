import { DAY, MINUTE, SECOND } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Limits, Rate } from '../platform/limits.ts';
import type { Parts } from '../platform/parts.ts';
import { passkeysOf } from './passkey-rows.ts';
import { personById } from './person-rows.ts';
import { codesLeft } from './recovery-code-rows.ts';
import type { AtDesk } from './sessions.ts';

/** How somebody gets in, besides by the console of the machine. */
export interface WaysIn {
  passkeys: number;
  codesLeft: number;
  /** Whole days since a recovery code was last tried; undefined where none ever was. */
  daysSinceDrill: number | undefined;
  /** Two ways in, and one of the codes has been tried. */
  isSetUp: boolean;
}

export async function waysIn(
  { db, clock }: { db: Db | Trx; clock: Parts['clock'] },
  { id }: Pick<AtDesk, 'id'>,
): Promise<WaysIn> {
  const drilledAt = (await personById(db, id))?.drilled_at;
  const passkeys = (await passkeysOf(db, id)).length;
  const left = await codesLeft(db, id);
  return {
    passkeys,
    codesLeft: left,
    daysSinceDrill: drilledAt ? Math.floor((clock.now().getTime() - Date.parse(drilledAt)) / DAY) : undefined,
    isSetUp: passkeys > 0 && left > 0 && Boolean(drilledAt),
  };
}

/**
 * Counts one try to get in. What one network has used up comes back within seconds; what all have in common is for whoever
 * has not tried lately twice as much. A right code and a link of the console are let in before anything is counted: no
 * flood keeps their owner out, and nobody guesses 100 bits.
 *
 * @throws AppError `limited`, with the time after which it is worth trying again
 */
export function countTry(limits: Limits, kind: keyof typeof OF_ALL, network: string): void {
  limits.take(kind, network, undefined, [{ name: 'all', rate: OF_ALL[kind] }]);
}

const OF_ALL = {
  'sign-in': { burst: 200, everyMs: SECOND },
  'passkey-question': { burst: 500, everyMs: SECOND },
  'recovery-code': { burst: 60, everyMs: MINUTE / 20 },
} satisfies Record<string, Rate>;
