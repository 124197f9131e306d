import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { AkismetClient } from 'akismet-api';
import type { CheckedFields, CheckOutcome, SpamFilter } from './spam-filter.ts';

/** The longest that Akismet may take for one answer. */
const TIME_OUT_MS = 3000;
/** Its answers are a word; whatever is longer is not one. */
const ANSWER_BYTES = 64 * 1024;
const USER_AGENT = 'Watchpost/0.1 | Akismet-api/6.0.0';

/** One conversation with Akismet: what akismet-api neither offers nor tells, seen from outside it. */
interface Call {
  requests: ClientRequest[];
  headers: IncomingHttpHeaders;
  why?: 'time-out' | 'garbage';
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
  let bytes = 0;
  response.on('data', (chunk: Buffer | string) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) stop(call, 'garbage');
  });
});

function stop(call: Call, why: 'time-out' | 'garbage'): void {
  call.why ??= why;
  for (const request of call.requests) request.destroy(new Error(why));
}

/** Akismet by akismet-api, with the time-out, the limits and the discretion that it lacks. */
export class Akismet implements SpamFilter {
  readonly #key: string;
  readonly #url: URL;
  readonly #blog: URL;

  constructor({ key, url, blog }: { key: string; url: URL; blog: URL }) {
    this.#key = key;
    this.#url = url;
    this.#blog = blog;
  }

  async check(fields: CheckedFields): Promise<CheckOutcome> {
    const { answer, call, error } = await this.#ask((client) => client.checkSpam(fields as never), fields);
    if (answer === false) return { state: 'answered', verdict: 'ham' };
    if (answer === true)
      return {
        state: 'answered',
        verdict: call.headers['x-akismet-pro-tip'] === 'discard' ? 'discard' : 'spam',
      };
    return { state: 'silent', why: whyOf(call, error) };
  }

  async correct(kind: 'spam' | 'ham', fields: CheckedFields): Promise<boolean> {
    const submit = (client: AkismetClient) =>
      (kind === 'spam'
        ? client.submitSpam(fields as never)
        : client.submitHam(fields as never)) as Promise<unknown>;
    const { answer } = await this.#ask(submit, fields);
    // akismet-api takes any 2xx for success; the body says whether it was.
    return (answer as { text?: string } | undefined)?.text === 'Thanks for making the web a better place.';
  }

  async verifyKey(): Promise<'valid' | 'invalid' | 'unknown'> {
    const { answer } = await this.#ask((client) => client.verifyKey(), {});
    if (answer === undefined) return 'unknown';
    return answer ? 'valid' : 'invalid';
  }

  async #ask<T>(ask: (client: AkismetClient) => Promise<T>, fields: CheckedFields) {
    const call: Call = { requests: [], headers: {} };
    const timer = setTimeout(() => stop(call, 'time-out'), TIME_OUT_MS);
    try {
      const answer: T | undefined = await calls.run(call, async () => await ask(this.#client(fields)));
      return { answer, call, error: undefined };
    } catch (error) {
      return { answer: undefined, call, error };
    } finally {
      clearTimeout(timer);
    }
  }

  /** A client for one call: the library puts the key into the host name, and forgets fields that it does not know. */
  #client(fields: CheckedFields): AkismetClient {
    const client = new AkismetClient({
      key: this.#key,
      blog: this.#blog.href,
      userAgent: USER_AGENT,
    }) as AkismetClient & {
      rootEndpoint: string;
      endpoint: string;
      requestOpts: Record<string, string>;
    };
    client.rootEndpoint = new URL('/1.1/', this.#url).href;
    client.endpoint = client.rootEndpoint;
    client.requestOpts = { ...client.requestOpts, ...fields, api_key: this.#key };
    return client;
  }
}

function whyOf(call: Call, error: unknown): Exclude<CheckOutcome, { state: 'answered' }>['why'] {
  if (call.why) return call.why;
  if (error instanceof Error && error.message === 'Invalid API key') return 'bad-key';
  return call.headers.date === undefined && Object.keys(call.headers).length === 0
    ? 'unreachable'
    : 'garbage';
}
