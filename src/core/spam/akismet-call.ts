import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { SECOND } from '../platform/clock.ts';
import type { CheckedFields, Silence } from './spam-filter.ts';

/** The longest that Akismet may take for one answer. */
const TIME_OUT_MS = 3000;
/** Its answers are a word or a line of JSON; whatever is longer is none. */
const ANSWER_BYTES = 64 * 1024;
/** A compressed answer unpacks to a thousand times its size at most. */
const COMPRESSED_ANSWER_BYTES = 1024;

/** One conversation with Akismet: what akismet-api neither offers nor tells, seen from outside it. */
export interface Call {
  requests: ClientRequest[];
  headers: IncomingHttpHeaders;
  /** How far our clock is ahead of the one that answered, in seconds. */
  secondsAhead?: number;
  why?: Silence;
}

interface Superagent {
  serialize: Record<string, (fields: CheckedFields) => string>;
  post(url: string): {
    type(name: 'form'): ReturnType<Superagent['post']>;
    set(header: string, value: string): ReturnType<Superagent['post']>;
    send(fields: CheckedFields): PromiseLike<{ text?: string }>;
  };
}

/** The very copy that akismet-api asks with: for the one call that it does not know, under the same limits. */
export const superagent = createRequire(import.meta.resolve('akismet-api'))('superagent') as Superagent;
// By itself it would send name[0]=…; Akismet documents name[]=….
superagent.serialize['application/x-www-form-urlencoded'] = formBody;

function formBody(fields: CheckedFields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : value.map((one) => [`${name}[]`, one]),
  );
  return new URLSearchParams(pairs).toString();
}

const calls = new AsyncLocalStorage<Call>();

// akismet-api has no time-out, follows redirects, reads without limit, and keeps the headers to itself.
subscribe('http.client.request.start', (message) => {
  const call = calls.getStore();
  if (!call) return;
  const { request } = message as { request: ClientRequest };
  if (call.requests.push(request) > 1) stop(call, 'garbage'); // a redirect: the key goes nowhere else
});
subscribe('http.client.response.finish', (message) => {
  const call = calls.getStore();
  if (!call) return;
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  // From here on the response tells of a broken connection; told twice, superagent prints a complaint.
  request.removeAllListeners('error').on('error', () => {});
  call.headers = response.headers;
  const theirs = Date.parse(response.headers.date ?? '');
  if (!Number.isNaN(theirs)) call.secondsAhead = Math.round((Date.now() - theirs) / SECOND);
  // superagent would write the parts of such an answer into files.
  if (response.headers['content-type']?.startsWith('multipart/')) stop(call, 'garbage');
  const most = response.headers['content-encoding'] ? COMPRESSED_ANSWER_BYTES : ANSWER_BYTES;
  let bytes = 0;
  response.on('data', (chunk: Buffer | string) => {
    bytes += chunk.length;
    if (bytes > most) stop(call, 'garbage');
  });
});

function stop(call: Call, why: Silence): void {
  call.why ??= why;
  for (const request of call.requests) request.destroy(new Error(why));
}

/** What came of a question; `error` may hold the key: it is there to be compared, never to be shown. */
export interface Answer<T> {
  answer: T | undefined;
  call: Call;
  error: unknown;
}

/** Asks within the limits of time, size and discretion; never throws. */
export async function converse<T>(ask: () => PromiseLike<T>): Promise<Answer<T>> {
  const call: Call = { requests: [], headers: {} };
  const timer = setTimeout(() => stop(call, 'time-out'), TIME_OUT_MS);
  try {
    const answer = await calls.run(call, async () => await ask());
    // What was too long may have come whole before it was stopped.
    return { answer: call.why ? undefined : answer, call, error: undefined };
  } catch (error) {
    return { answer: undefined, call, error };
  } finally {
    clearTimeout(timer);
  }
}
