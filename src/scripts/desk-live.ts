import type { LiveState } from '#core/today/live-state.ts';

/**
 * Moves what moves on a page of the desk, which is whole without it. Words and bars are written over; where more has
 * changed, that part of the page is fetched anew.
 */

/** At most so often is a part fetched. */
const FETCH_PAUSE_MS = 1500;
/** How often it is looked whether a part has still to be fetched. */
const LOOK_MS = 1000;
/** Where the line was refused: when it is tried again. */
const REFUSED_MS = 30_000;

let line: EventSource | undefined;
/** What was told last; of what changes no more, nothing more is told. */
let latest: LiveState | undefined;
let fetchedAt = Number.NEGATIVE_INFINITY;
let isFetching = false;

function listen(): void {
  line?.close();
  line = document.hidden ? undefined : new EventSource('/desk/live/'); // a page in the background takes no connection
  line?.addEventListener('message', ({ data }) => {
    say(undefined);
    latest = JSON.parse(data) as LiveState;
    show(latest);
  });
  line?.addEventListener('error', ({ target }) => {
    if ((target as EventSource).readyState !== EventSource.CLOSED) return; // it comes again by itself
    say('This page does not move by itself now. Load it again to see what is new.');
    setTimeout(listen, REFUSED_MS);
  });
}

function show({ words, bars }: LiveState): void {
  for (const place of all<HTMLElement>('[data-live]')) {
    const now = words[place.dataset.live ?? ''];
    if (now !== undefined && place.textContent !== now) place.textContent = now;
  }
  for (const bar of all<HTMLProgressElement>('progress[data-live-bar]'))
    [bar.value, bar.max] = bars[bar.dataset.liveBar ?? ''] ?? [bar.value, bar.max];
  void fetchIfOld();
}

/** Fetches the page's parts where one of them is of before; what keeps it from that now is gone at another look. */
async function fetchIfOld(): Promise<void> {
  const shapes = latest?.shapes ?? {};
  const isOld = ({ livePart = '', liveShape }: DOMStringMap) =>
    shapes[livePart] !== undefined && shapes[livePart] !== liveShape;
  if (all<HTMLElement>('[data-live-part]').some(({ dataset }) => isOld(dataset))) await fetchAnew();
}

async function fetchAnew(): Promise<void> {
  if (isFetching || isBeingFilledIn() || performance.now() - fetchedAt < FETCH_PAUSE_MS) return;
  isFetching = true;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { 'x-by-itself': 'yes' } });
    const html = await answer.text();
    if (answer.ok && !answer.redirected && !isBeingFilledIn()) replaceParts(html); // somebody may have begun meanwhile
  } catch {
    // The line says so as well, and the next look brings us here again.
  } finally {
    isFetching = false;
    fetchedAt = performance.now();
  }
}

/** What somebody types or ticks is not taken from under their hands. */
function isBeingFilledIn(): boolean {
  return all<HTMLInputElement>('[data-live-part] :is(input, textarea)').some(
    (field) => field === document.activeElement || field.checked || field.value !== field.defaultValue,
  );
}

function replaceParts(html: string): void {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const part of all<HTMLElement>('[data-live-part]')) {
    const anew = [...page.querySelectorAll<HTMLElement>('[data-live-part]')].find(
      ({ dataset }) => dataset.livePart === part.dataset.livePart,
    );
    if (!anew) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceWith(document.adoptNode(anew));
    if (focused) focusAgain(anew, focused);
  }
}

/** Who stood on a button stands on the same one again; where it is gone, at the beginning of the part. */
function focusAgain(part: HTMLElement, before: Element): void {
  const same = [...part.querySelectorAll<HTMLElement>(before.localName)].find(
    ({ textContent }) => textContent === before.textContent,
  );
  part.tabIndex = -1;
  (same ?? part).focus({ preventScroll: true });
}

function say(words: string | undefined): void {
  const place = document.querySelector<HTMLElement>('[data-live-status]');
  if (!place) return;
  place.hidden = words === undefined;
  if (words !== undefined && place.textContent !== words) place.textContent = words;
}

function all<T extends Element>(selector: string): T[] {
  return [...document.querySelectorAll<T>(selector)];
}

document.addEventListener('visibilitychange', listen);
setInterval(() => void fetchIfOld(), LOOK_MS);
addEventListener('pagehide', () => line?.close());
addEventListener('pageshow', ({ persisted }) => persisted && listen());
listen();
