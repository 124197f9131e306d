import type { SubscriberState } from '#db/schema.ts';
import { DAY, isoAfter } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { type ListFilter, type Sought, soughtBy } from './list-filter.ts';
import {
  conditionsOf,
  type ListedSubscriber,
  type Place,
  placeAfter,
  subscribersAlong,
  subscribersByAddress,
  type Walk,
} from './list-rows.ts';

export type { ListFilter } from './list-filter.ts';
export type { ListedSubscriber } from './list-rows.ts';

/** A page of the list. */
export interface ListPage {
  subscribers: ListedSubscriber[];
  /** Where the next one begins; undefined at the end. */
  next: string | undefined;
  /** The page is not full, as only a part of the list was looked at: how far, as a time (of joining, or of what came back) or
   * an address. */
  reached: { at: string } | { address: string } | undefined;
}

export const PAGE_SIZE = 50;
/** So many are looked at for a page where no index knows who fits; and so many times more where the address alone is. */
const LOOKED_AT = 10_000;
const ADDRESSES_TIMES = 10;
/** Of what came back each row is asked whether it was the last: fewer of them take as long. */
const BOUNCED_PART = 4;
/** Whose letters came back within this time are "bouncing". */
export const BOUNCING_MS = 14 * DAY;
const STATES: readonly SubscriberState[] = ['confirmed', 'pending', 'unsubscribed'];

/**
 * A page of the subscribers who fit: newest first; by address where one is looked for; by what came back last where that
 * is asked for. However many there are, and however few fit, a bounded part of the list is looked at.
 *
 * @param page.after the `next` of the page before
 * @param page.look how many are looked at at most
 * @throws AppError `invalid` where there is no such page
 */
export async function subscriberList(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  filter: ListFilter,
  {
    after,
    size = PAGE_SIZE,
    look = LOOKED_AT,
  }: { after?: string | undefined; size?: number; look?: number } = {},
): Promise<ListPage> {
  const sought = soughtBy(filter);
  if (sought === 'nobody') return { subscribers: [], next: undefined, reached: undefined };
  const walks = walksOf(filter, sought, isoAfter(clock.now(), -BOUNCING_MS));
  const place = after === undefined ? undefined : placeFrom(after, walks[0]);
  const parts: Part[] = [];
  for (const walk of walks) {
    const fits = conditionsOf(filter, sought, walk);
    const [fit, another] = fits;
    const isByAddress = walk.by === 'address' && sought?.isAnywhere && fit && !another;
    const most = isByAddress ? look * ADDRESSES_TIMES : walk.by === 'bounced' ? look / BOUNCED_PART : look;
    const until = fit ? await placeAfter(db, walk, place, most) : undefined;
    const stretch = { after: place, until };
    const found = isByAddress
      ? await subscribersByAddress(db, walk, stretch, fit, size + 1)
      : await subscribersAlong(db, walk, stretch, fits, size + 1);
    parts.push({ found, until: found.length > size ? undefined : until });
  }
  return pageOf(parts, size);
}

/** Everybody who fits, some at a time. */
export async function* everySubscriber(
  parts: { db: Db } & Pick<Parts, 'clock'>,
  filter: ListFilter,
  size: number,
): AsyncGenerator<ListedSubscriber[]> {
  let after: string | undefined;
  do {
    const page = await subscriberList(parts, filter, { after, size });
    if (page.subscribers.length > 0) yield page.subscribers;
    after = page.next;
  } while (after !== undefined);
}

function walksOf(
  { state, since, isBouncing }: ListFilter,
  sought: Sought | undefined,
  lately: string,
): Walk[] {
  if (isBouncing) return [{ by: 'bounced', since: lately }];
  if (sought) return [{ by: sought.in, from: sought.isAnywhere ? '' : sought.text }];
  const states = state === undefined ? STATES : [state];
  return states.map((one) => ({ by: 'newest', state: one, since }));
}

/** What was found on one walk; where it was looked at only so far, up to where. */
interface Part {
  found: ListedSubscriber[];
  until: Place | undefined;
}

/** Walks of several states become one list; beyond the nearest of their ends nobody knows yet who comes next. */
function pageOf(parts: readonly Part[], size: number): ListPage {
  const [end] = parts.flatMap(({ until }) => (until ? [until] : [])).sort(newestFirst);
  const found = parts.flatMap((part) => part.found);
  const inOrder = parts.length > 1 ? found.sort((a, b) => newestFirst(a.place, b.place)) : found;
  const known =
    end && parts.length > 1 ? inOrder.filter(({ place }) => newestFirst(place, end) <= 0) : inOrder;
  const subscribers = known.slice(0, size);
  if (known.length > size)
    return { subscribers, next: subscribers.at(-1)?.place.join(' '), reached: undefined };
  return { subscribers, next: end?.join(' '), reached: end && reachOf(end) };
}

function newestFirst([at = '', id = '']: Place, [otherAt = '', otherId = '']: Place): number {
  if (at !== otherAt) return at < otherAt ? 1 : -1;
  return id === otherId ? 0 : id < otherId ? 1 : -1;
}

function reachOf(place: Place): NonNullable<ListPage['reached']> {
  const [first = '', last = first] = place;
  return last.includes('@') ? { address: last } : { at: first };
}

const PLACES: Record<Walk['by'], RegExp> = {
  newest: /^\d{4}-[\dT:.-]{18}Z [\w-]{1,64}$/,
  address: /^[\x21-\x7e]{1,254}$/,
  domain: /^[\x21-\x7e]{1,254} [\x21-\x7e]{1,254}$/,
  bounced: /^\d{4}-[\dT:.-]{18}Z \d{1,15}$/,
};

function placeFrom(text: string, walk: Walk | undefined): Place {
  const isPlace = walk !== undefined && PLACES[walk.by].test(text);
  if (!isPlace || ('from' in walk && text < walk.from))
    throw new AppError('invalid', 'There is no such page of the list. Begin again at the first.');
  return text.split(' ');
}
