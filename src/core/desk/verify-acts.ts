import { setImmediate } from 'node:timers/promises';
import { RESEALED } from '../platform/audit.ts';
import { chainKey, hashOf, isEqual, isSealed } from '../platform/audit-chain.ts';
import {
  type ActRow,
  actsBetween,
  type End,
  endNow,
  firstOfKind,
  hashOfAct,
  strayFromIndex,
} from '../platform/audit-rows.ts';
import type { Db, Engine } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';

/** What can be wrong with the log. */
export type Fault =
  /** An act is not what was written, or not after what it was written. */
  | 'changed'
  | 'missing'
  /** It stands after the end of the log. */
  | 'added'
  /** The note of where the log ends is not ours. */
  | 'end'
  /** A hash that was noted elsewhere is not in the log. */
  | 'expected'
  /** The log itself is whole, but an index of it says otherwise: what is asked for by it leaves acts out. */
  | 'index';

export type Verdict =
  /** `hash` of the last act; `expected` the number of the act whose hash was asked for. */
  | { state: 'whole'; count: number; hash: string; expected?: number }
  /** The first number that is wrong; `resealed` where the secret was changed after it, and may be why. */
  | { state: 'broken'; number: number; fault: Fault; resealed?: number };

export interface Verifying {
  /** Secrets that the site had before. */
  oldSecrets?: readonly Buffer[];
  /** A hash that was noted earlier, elsewhere: whoever has the secret can write a log anew, but not with this in it. */
  expect?: string | undefined;
  /** Only so many of the newest acts; what they follow is believed. */
  newest?: number;
  /** Told of the number that was last looked at. */
  progress?(number: number): void;
}

/** So many acts are looked at between two turns of the event loop: some milliseconds. */
const AT_ONCE = 1000;

/**
 * Goes through the audit log from its beginning and says whether it is as it was written. Changes nothing; acts that
 * are added meanwhile are left out.
 *
 * @param parts.engine on SQLite the indexes are held against the acts, too, where all of these are looked at
 */
export async function verifyActs(
  { db, secret, engine }: Pick<Parts, 'db' | 'secret'> & { engine?: Engine },
  { oldSecrets = [], expect, newest, progress }: Verifying = {},
): Promise<Verdict> {
  const end = await endNow(db);
  const chain = new Chain([secret, ...oldSecrets].map(chainKey), expect?.toLowerCase());
  const isOurs = end.head !== undefined && isSealed(chain.keys, end.head);
  const upTo = isOurs ? (end.head?.id ?? 0) : end.last;
  if (newest !== undefined && upTo > newest)
    chain.begin(upTo - newest, (await hashOfAct(db, upTo - newest)) ?? '');
  for (;;) {
    const acts = await actsBetween(db, { after: chain.number, upTo, most: AT_ONCE });
    const broken = acts.length === 0 ? undefined : chain.follow(acts);
    if (broken) return withReason(db, broken);
    progress?.(chain.number);
    if (acts.length < AT_ONCE) break;
    await setImmediate();
  }
  const verdict = atTheEnd(chain, end, isOurs);
  const isToHold = verdict.state === 'whole' && newest === undefined && engine === 'sqlite';
  const astray = isToHold ? await strayFromIndex(db) : undefined;
  return astray === undefined ? verdict : { state: 'broken', number: astray, fault: 'index' };
}

function atTheEnd(chain: Chain, { head, last }: End, isOurs: boolean): Verdict {
  const { number, hash } = chain;
  if (!head || !isOurs) return { state: 'broken', number, fault: 'end' };
  if (number < head.id) return { state: 'broken', number: number + 1, fault: 'missing' };
  if (!isEqual(head.hash, hash)) return { state: 'broken', number, fault: 'end' };
  if (last > head.id) return { state: 'broken', number: head.id + 1, fault: 'added' };
  if (chain.isExpecting) return { state: 'broken', number, fault: 'expected' };
  const expected = chain.found === undefined ? {} : { expected: chain.found };
  return { state: 'whole', count: number, hash, ...expected };
}

type Broken = Extract<Verdict, { state: 'broken' }>;

async function withReason(db: Db, broken: Broken): Promise<Broken> {
  if (broken.fault !== 'changed') return broken;
  const resealed = await firstOfKind(db, RESEALED, broken.number - 1);
  return resealed === undefined ? broken : { ...broken, resealed };
}

/** How far a log has been followed. */
class Chain {
  readonly keys: readonly ReturnType<typeof chainKey>[];
  readonly #expect: string | undefined;
  number = 0;
  hash = '';
  /** The number of the act whose hash was asked for. */
  found: number | undefined;

  constructor(keys: Chain['keys'], expect: string | undefined) {
    this.keys = keys;
    this.#expect = expect;
  }

  get isExpecting(): boolean {
    return this.#expect !== undefined && this.found === undefined;
  }

  begin(number: number, hash: string): void {
    this.number = number;
    this.hash = hash;
  }

  /** Takes the next acts; the first thing that is wrong with them. */
  follow(acts: readonly ActRow[]): Broken | undefined {
    for (const act of acts) {
      const fault = this.#faultOf(act);
      if (fault === 'missing') return { state: 'broken', number: this.number + 1, fault };
      if (fault) return { state: 'broken', number: act.id, fault };
      this.begin(act.id, act.hash);
      if (act.hash === this.#expect) this.found = act.id;
    }
    return undefined;
  }

  #faultOf(act: ActRow): Fault | undefined {
    if (act.id !== this.number + 1) return act.id > this.number ? 'missing' : 'changed';
    if (!this.keys.some((key) => isEqual(hashOf(key, this.hash, act), act.hash))) return 'changed';
    return act.act === RESEALED && !this.#isOldEnd(act) ? 'end' : undefined;
  }

  /** Whether the end that was found then was the real one, sealed by a secret that we know. */
  #isOldEnd({ before }: ActRow): boolean {
    const [id, hash = '', seal = ''] = before?.split(' ') ?? [];
    const isHere = Number(id) === this.number && isEqual(this.hash, hash);
    return isHere && isSealed(this.keys, { id: this.number, hash, seal });
  }
}
