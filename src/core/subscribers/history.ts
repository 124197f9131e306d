import type { BounceKind, DeliveryKind, DeliveryState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { type Behind, bouncesBehind, eventsBehind, lettersBehind, newestEvent } from './history-rows.ts';

/** One thing that happened to a subscriber; `at` is UTC text. */
export type HistoryEntry =
  | {
      source: 'letter';
      /** When it was made; `sentAt` when a server took it. */
      at: string;
      sentAt: string | null;
      kind: DeliveryKind;
      edition: string | null;
      messageId: string;
      state: DeliveryState;
      attempts: number;
      /** The server's last answer, or why it was not sent. */
      reply: string | null;
    }
  | { source: 'event'; at: string; what: string; from: string | null; words: string }
  | {
      source: 'bounce';
      at: string;
      kind: BounceKind;
      edition: string | null;
      status: string;
      reason: string;
    };

export interface HistoryPage {
  entries: HistoryEntry[];
  /** Where what happened before begins; undefined at the beginning of it all. */
  next: string | undefined;
}

export const HISTORY_SIZE = 50;

/** Of what happened in the same moment the letter was made last, and what a bounce led to stands above it. */
const SOURCES = ['letter', 'event', 'bounce'] as const;

/**
 * A page of everything that happened to a subscriber and is kept, newest first.
 *
 * @param after the `next` of the page before
 * @throws AppError `invalid` where that is none
 */
export async function subscriberHistory(
  db: Db,
  id: string,
  { after, size = HISTORY_SIZE }: { after?: string | undefined; size?: number } = {},
): Promise<HistoryPage> {
  const place = after === undefined ? undefined : placeFrom(after);
  const most = size + 1;
  const letters = await lettersBehind(db, id, behind(place, 'letter'), most);
  const events = await eventsBehind(db, id, behind(place, 'event'), most);
  const bounces = await bouncesBehind(db, id, behind(place, 'bounce'), most);
  const found = [
    ...letters.map((row) => ({ place: placeOf('letter', row), entry: letterEntry(row) })),
    ...events.map((row) => ({ place: placeOf('event', row), entry: eventEntry(row) })),
    ...bounces.map((row) => ({ place: placeOf('bounce', row), entry: bounceEntry(row) })),
  ].sort((a, b) => newestFirst(a.place, b.place));
  const page = found.slice(0, size);
  const last = page.at(-1)?.place;
  return {
    entries: page.map(({ entry }) => entry),
    next: found.length > size && last ? `${last.at} ${last.source} ${last.id}` : undefined,
  };
}

/** When, from where and in which words somebody agreed to letters, and when and from where they confirmed it. */
export interface Consent {
  agreed: { at: string; how: string; from: string | null; words: string } | undefined;
  confirmed: { at: string; from: string | null } | undefined;
}

export async function consentOf(db: Db, id: string): Promise<Consent> {
  const agreed = await newestEvent(db, id, ['signed-up', 'imported', 'added']);
  const confirmed = await newestEvent(db, id, ['confirmed']);
  return {
    agreed: agreed && { at: agreed.at, how: agreed.kind, from: agreed.network, words: agreed.detail },
    confirmed: confirmed && { at: confirmed.at, from: confirmed.network },
  };
}

interface Place {
  at: string;
  source: (typeof SOURCES)[number];
  id: number;
}

function placeOf(source: Place['source'], { at, id }: { at: string; id: number }): Place {
  return { at, source, id };
}

function newestFirst(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source) || b.id - a.id;
}

/** Where one source goes on behind an entry that may be another's. */
function behind(place: Place | undefined, source: Place['source']): Behind {
  if (!place) return { at: '9999', id: 0 }; // behind every time
  const order = SOURCES.indexOf(source) - SOURCES.indexOf(place.source);
  return { at: place.at, id: order === 0 ? place.id : order < 0 ? 0 : Number.MAX_SAFE_INTEGER };
}

function placeFrom(text: string): Place {
  const [, at = '', name, id] = /^(\d{4}-[\dT:.-]{18}Z) (letter|event|bounce) (\d{1,15})$/.exec(text) ?? [];
  const source = SOURCES.find((one) => one === name);
  if (!source) throw new AppError('invalid', 'There is no such page of this history. Begin at the newest.');
  return { at, source, id: Number(id) };
}

type Row<T extends (...parameters: never[]) => Promise<readonly unknown[]>> = Awaited<ReturnType<T>>[number];

function letterEntry(row: Row<typeof lettersBehind>): HistoryEntry {
  const { at, kind, state, attempts, reply } = row;
  return {
    ...{ source: 'letter', at, kind, state, attempts, reply },
    ...{ sentAt: row.sent_at, edition: row.edition_id, messageId: row.message_id },
  };
}

function eventEntry({ at, kind, network, detail }: Row<typeof eventsBehind>): HistoryEntry {
  return { source: 'event', at, what: kind, from: network, words: detail };
}

function bounceEntry({ at, kind, edition_id, status, reason }: Row<typeof bouncesBehind>): HistoryEntry {
  return { source: 'bounce', at, kind, edition: edition_id, status, reason };
}
