import { EVENT_ID, type Event, getScalarValue, parseEvents } from 'js-yaml';

/**
 * The line, from 1, on which the value at a path begins; that of the nearest part of the path that is there.
 *
 * @param path keys and indexes, such as `['updates', 0, 'at']`
 */
export function yamlLine(yaml: string, path: readonly PropertyKey[]): number {
  const events = parseEvents(yaml, {});
  let at = 1; // the first event opens the document
  for (const part of path) {
    const next = childAt(yaml, events, at, part);
    if (next === undefined) break;
    at = next;
  }
  return 1 + (yaml.slice(0, Math.max(0, startOf(events[at]))).match(/\n/g)?.length ?? 0);
}

/** The index of the event that opens a child of the collection opened at `parent`. */
function childAt(yaml: string, events: readonly Event[], parent: number, part: PropertyKey) {
  const collection = events[parent];
  const isMapping = collection?.type === EVENT_ID.MAPPING;
  if (!isMapping && collection?.type !== EVENT_ID.SEQUENCE) return undefined;
  let at = parent + 1;
  for (let count = 0; events[at] && events[at]?.type !== EVENT_ID.POP; count++) {
    const key = events[at];
    const value = isMapping ? afterNode(events, at) : at;
    const name = key?.type === EVENT_ID.SCALAR ? getScalarValue(yaml, key) : undefined;
    if (isMapping ? name === String(part) : count === Number(part)) return value;
    at = afterNode(events, value);
  }
  return undefined;
}

/** The index after the node that begins at `at`. */
function afterNode(events: readonly Event[], at: number): number {
  let depth = 0;
  for (let index = at; index < events.length; index++) {
    const { type } = events[index] as Event;
    if (type === EVENT_ID.POP) depth--;
    else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    if (depth === 0) return index + 1;
  }
  return events.length;
}

function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start;
  return event?.type === EVENT_ID.ALIAS ? event.anchorStart : 0;
}
