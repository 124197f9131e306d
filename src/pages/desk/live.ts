import type { APIRoute } from 'astro';
import type { LiveState } from '#core/today/live-state.ts';
import { atDesk, sessionHash } from './_session.ts';

/** How long a browser waits before it comes again when the line was cut. */
const RETRY_MS = 3000;

/** Tells a page of the desk what moves, as server-sent events, until it leaves, its session ends or the server stops. */
export const GET: APIRoute = async (context) => {
  const person = await atDesk(context, 'editions');
  if (person instanceof Response) return person;
  const { live } = context.locals.app;
  let leave: (() => void) | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(line) {
      const say = (text: string) => line.enqueue(new TextEncoder().encode(text));
      leave = live.join({
        session: sessionHash(context),
        tell: (state) => say(state ? eventOf(state) : ':\n\n'), // a comment keeps the line open, and is no event
        end: () => line.close(),
      });
      if (leave) say(`retry: ${RETRY_MS}\n\n`);
    },
    cancel: () => leave?.(),
  });
  if (!leave)
    return new Response(null, { status: 429, headers: { 'cache-control': 'no-store', 'retry-after': '30' } });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      // The connection is not kept for anything else, so that the server can stop at once.
      connection: 'close',
      // nginx would else gather what is said.
      'x-accel-buffering': 'no',
    },
  });
};

/** Who asks for the head alone would leave a line that nobody hears. */
export const HEAD: APIRoute = async (context) => {
  const person = await atDesk(context, 'editions');
  if (person instanceof Response) return person;
  return new Response(null, { status: 405, headers: { allow: 'GET', 'cache-control': 'no-store' } });
};

function eventOf(state: LiveState): string {
  return `data: ${JSON.stringify(state)}\n\n`;
}
