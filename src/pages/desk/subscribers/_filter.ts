import type { Site } from '#core/articles/site.ts';
import type { ListFilter } from '#core/subscribers/list-filter.ts';
import { CADENCES } from '#core/subscribers/subscriber.ts';
import { SUBSCRIBER_STATES } from '../../../components/subscriber-wording.ts';
import { instantTyped } from '../editions/_wall-time.ts';

export const SUBSCRIBERS_PATH = '/desk/subscribers/';

/** The fields by which the list is narrowed, as they stand in its address and in the form that exports it. */
export const FILTER_FIELDS = [
  'q',
  'anywhere',
  'state',
  'cadence',
  'topic',
  'alerts',
  'since',
  'bouncing',
] as const;
export type FilterFields = Partial<Record<(typeof FILTER_FIELDS)[number], string>>;

/** Those that are set, as typed. */
export function filterFields(get: (name: string) => string | null): FilterFields {
  const given = FILTER_FIELDS.map((name) => [name, (get(name) ?? '').trim().slice(0, 300)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** What they ask for; a value that is none of ours asks for nothing. */
export function filterFrom(fields: FilterFields, site: Pick<Site, 'timeZone'>): ListFilter {
  return {
    text: fields.q,
    isAnywhere: fields.anywhere !== undefined,
    state: SUBSCRIBER_STATES.find(({ state }) => state === fields.state)?.state,
    cadence: CADENCES.find((cadence) => cadence === fields.cadence),
    topic: /^[\w-]{1,64}$/.test(fields.topic ?? '') ? fields.topic : undefined,
    alerts: fields.alerts === undefined ? undefined : fields.alerts === 'yes',
    since: fields.since === undefined ? undefined : instantTyped(`${fields.since}T00:00`, site),
    isBouncing: fields.bouncing !== undefined,
  };
}

/** Where the list stands that fits. */
export function listPath(fields: FilterFields, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...fields, ...more });
  return query.size > 0 ? `${SUBSCRIBERS_PATH}?${query}` : SUBSCRIBERS_PATH;
}

export function subscriberPath(id: string, more: Record<string, string> = {}): string {
  const query = new URLSearchParams(more);
  return `${SUBSCRIBERS_PATH}${encodeURIComponent(id)}/${query.size > 0 ? `?${query}` : ''}`;
}
