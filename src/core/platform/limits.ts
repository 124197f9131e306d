import { sharesOf } from './client-networks.ts';
import { type Clock, MINUTE, SECOND } from './clock.ts';
import { AppError } from './errors.ts';

/** So much at once, and then once more after each such time. */
export interface Rate {
  burst: number;
  everyMs: number;
}

/** What one client may do. Generous: a household or a school has one address for all. */
export const RATES = {
  comment: { burst: 20, everyMs: 20 * SECOND },
  'sign-up': { burst: 30, everyMs: 20 * SECOND },
  'test-letter': { burst: 30, everyMs: MINUTE },
  'sign-in': { burst: 10, everyMs: 10 * SECOND },
  'passkey-question': { burst: 30, everyMs: 5 * SECOND },
  'policy-report': { burst: 20, everyMs: 3 * SECOND },
  'recovery-code': { burst: 5, everyMs: 30 * SECOND },
} satisfies Record<string, Rate>;

/** Clients that are remembered; some megabytes at most. */
const MOST = 20_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Who did how much lately, in memory: a restart forgives, and what is forgotten is who was seen least recently. */
export class Limits<Kind extends string = keyof typeof RATES> {
  readonly #clock: Clock;
  readonly #rates: Record<Kind, Rate>;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, rates: Record<Kind, Rate>, most = MOST) {
    this.#clock = clock;
    this.#rates = rates;
    this.#most = most;
  }

  /**
   * Counts one act of a client, unless it has had enough, or something that all share has and it is not its first.
   *
   * @param client its address, proxies seen through
   * @param rate in place of the usual one
   * @param shared limits that all clients have in common
   * @throws AppError `limited`, with the time after which it is worth trying again
   */
  take(kind: Kind, client: string, rate?: Rate, shared: readonly { name: string; rate: Rate }[] = []): void {
    const { burst, everyMs } = rate ?? this.#rates[kind];
    const own = sharesOf(client).map(({ network, times }) => ({
      name: network,
      rate: { burst: burst * times, everyMs: everyMs / times },
    }));
    const ofClient = own.map(({ name, rate }) => this.#share(kind, name, rate));
    // Whoever has done nothing lately may use as much again of what all share: a flood must not lock readers out.
    const isNew = ofClient.every(({ isFull }) => isFull);
    const ofAll = shared.map(({ name, rate }) => this.#share(kind, name, rate, isNew ? rate.burst : 0));
    const shares = [...ofClient, ...ofAll];
    const seconds = Math.ceil(Math.max(...shares.map(({ waitMs }) => waitMs)) / SECOND);
    if (seconds > 0)
      throw new AppError('limited', `That was a lot in a short time. ${waitWords(seconds)}`, {}, seconds);
    for (const { bucket } of shares) bucket.tokens--;
  }

  /** What is left of one limit, and how long until it allows one more; `reserve` is how far it may be overdrawn. */
  #share(kind: Kind, name: string, rate: Rate, reserve = 0) {
    const bucket = this.#bucket(`${kind} ${name}`, rate);
    const waitMs = (1 - bucket.tokens - reserve) * rate.everyMs;
    return { bucket, waitMs, isFull: bucket.tokens >= rate.burst };
  }

  /** With what has come back since it was last looked at; the newest stands last. */
  #bucket(key: string, { burst, everyMs }: Rate): Bucket {
    const now = this.#clock.now().getTime();
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const bucket = { tokens: Math.min(burst, tokens + Math.max(0, now - at) / everyMs), at: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#most) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}

function waitWords(seconds: number): string {
  const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `Wait ${count} ${unit}${count === 1 ? '' : 's'} and try again.`;
}
