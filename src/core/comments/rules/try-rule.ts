import type { Db } from '../../platform/db.ts';
import { type Listed, listed } from '../../spam/lists.ts';
import type { CommentState } from '../comment.ts';
import type { CommentRow } from '../comment-rows.ts';
import { newestOfReaders } from '../moderation/rehearsal-rows.ts';
import type { TypedRule } from './keep-rule.ts';

/** So many of the newest comments an entry is tried on, and so many of those it fits are shown. */
export const TRIED = 1000;
const SHOWN = 10;

/** What an entry would have caught. */
export interface RuleTrial {
  /** How many comments it was tried on: the newest of readers, whatever came of them. */
  tried: number;
  caught: number;
  /** Where those are now. */
  states: Partial<Record<CommentState, number>>;
  examples: CommentRow[];
  /** Of those tried, how many have no network address any more: an entry about networks says nothing of them. */
  withoutNetwork: number;
}

/** Tries an entry on the newest comments; keeps and changes nothing. */
export async function tryRule(db: Db, { kind, entry }: TypedRule): Promise<RuleTrial> {
  const rules = { words: [], domains: [], addresses: [], networks: [], [kind]: [entry] };
  const trial: RuleTrial = { tried: 0, caught: 0, states: {}, examples: [], withoutNetwork: 0 };
  for (const comment of await newestOfReaders(db, TRIED)) {
    trial.tried++;
    const network = isKept(comment.network) ? comment.network : null;
    if (network === null) trial.withoutNetwork++;
    const found: Listed | undefined = listed({ ...comment, network }, rules);
    if (!found) continue;
    trial.caught++;
    trial.states[comment.state] = (trial.states[comment.state] ?? 0) + 1;
    if (trial.examples.length < SHOWN) trial.examples.push(comment);
  }
  return trial;
}

/** After 30 days a keyed hash stands in place of the address. */
function isKept(network: string | null): boolean {
  return network !== null && !/^[0-9a-f]{32}$/.test(network);
}
