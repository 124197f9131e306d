import type { Found, GiveawayKind } from './found.ts';
import { knownKeys } from './known-keys.ts';
import { labelledSecrets } from './labelled-secrets.ts';
import { nationalNumbers } from './national-numbers.ts';
import { paymentNumbers } from './payment-numbers.ts';
import { riskyLinks } from './risky-links.ts';

/** Something in a comment that its writer may not want to send; they decide. */
export interface SecondThought {
  readonly kind: GiveawayKind | 'link';
  /** What it looked like, masked or defanged: the page need not repeat a secret. Plain text, at most 80 characters. */
  readonly shown: string;
  /** One sentence: what it looks like, and why to think again. */
  readonly words: string;
}

const MOST = 5;

/**
 * What to ask about before a comment is sent: passwords, keys, tokens, personal numbers, and live links that may harm.
 * At most five, each once, in the order of the text. Linear in its length; throws only what `isIndicator` throws.
 *
 * @param text a comment's source, cleaned (`cleanText`)
 * @param isIndicator tells whether an article of the site names this host (small letters, A-labels) or address
 */
export function secondThoughts(text: string, isIndicator: (hostOrUrl: string) => boolean): SecondThought[] {
  // What says most comes first: of two that overlap, the one from further up this list stays.
  const secrets = [knownKeys, paymentNumbers, nationalNumbers, labelledSecrets].flatMap((find) => find(text));
  const found = [...withoutOverlaps(secrets), ...riskyLinks(text, isIndicator)];
  const thoughts = found
    .toSorted((one, other) => one.start - other.start)
    .map(({ kind, shown, words }): SecondThought => ({ kind, shown, words }));
  return [
    ...new Map(thoughts.map((thought) => [`${thought.kind} ${thought.shown}`, thought])).values(),
  ].slice(0, MOST);
}

/** Each that touches none before it in the list; by place, as there may be hundreds. */
function withoutOverlaps(list: readonly Found[]): Found[] {
  const taken = new Set<number>();
  return list.filter(({ start, end }) => {
    for (let at = start; at < end; at += 1) if (taken.has(at)) return false;
    for (let at = start; at < end; at += 1) taken.add(at);
    return true;
  });
}
