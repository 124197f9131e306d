import type { SubscriberState } from '#db/schema.ts';
import { parseEmailAddress } from '../platform/email-address.ts';
import { domainKey } from '../platform/list-fields.ts';
import type { Cadence } from './subscriber.ts';

/** What narrows the list of subscribers; nothing: all of them. */
export interface ListFilter {
  /** An address or how it begins; after an `@` a domain or how that begins. */
  text?: string | undefined;
  /** The text may stand anywhere in the address: no index knows that, so that a part of the list is looked at at a time. */
  isAnywhere?: boolean | undefined;
  state?: SubscriberState | undefined;
  cadence?: Cadence | undefined;
  /** The id of a topic that they chose by name; `all`: they chose none, and hear of all. */
  topic?: string | undefined;
  /** Whether they are told of anything at once. */
  alerts?: boolean | undefined;
  /** Joined then or later; UTC text. */
  since?: string | undefined;
  /** A letter came back lately, or for good. */
  isBouncing?: boolean | undefined;
}

/** What is looked for among the addresses, in the spelling of their keys. */
export interface Sought {
  in: 'address' | 'domain';
  text: string;
  /** At the beginning, or anywhere. */
  isAnywhere: boolean;
}

/** @returns `nobody` where no address can hold such a text; undefined where none is looked for */
export function soughtBy({ text = '', isAnywhere = false }: ListFilter): Sought | 'nobody' | undefined {
  const typed = text.trim().toLowerCase();
  if (typed === '') return undefined;
  const isDomain = typed.startsWith('@') && !isAnywhere;
  const key = isDomain ? (domainKey(typed.slice(1)) ?? typed.slice(1)) : (keyOf(typed) ?? typed);
  if (!/^[\x21-\x7e]{0,254}$/.test(key)) return 'nobody';
  return { in: isDomain ? 'domain' : 'address', text: key, isAnywhere };
}

/** A whole address may have a domain in letters of its own. */
function keyOf(typed: string): string | undefined {
  return typed.includes('@') ? parseEmailAddress(typed)?.key : undefined;
}
