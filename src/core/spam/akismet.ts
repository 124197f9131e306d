import { AkismetClient } from 'akismet-api';
import { type Answer, converse, superagent } from './akismet-call.ts';
import { notesOf, recheckAfterOf } from './akismet-notes.ts';
import { usageOf } from './akismet-usage.ts';
import type { CheckedFields, CheckOutcome, Silence, SpamFilter, Usage } from './spam-filter.ts';

const USER_AGENT = 'Watchpost/0.1 | Akismet-api/6.0.0';

/** Akismet by akismet-api, with the limits and the discretion that it lacks; see akismet-call.ts. */
export class Akismet implements SpamFilter {
  readonly #key: string;
  readonly #url: URL;
  readonly #blog: URL;
  #secondsAhead: number | undefined;

  constructor({ key, url, blog }: { key: string; url: URL; blog: URL }) {
    this.#key = key;
    this.#url = url;
    this.#blog = blog;
  }

  get secondsAhead(): number | undefined {
    return this.#secondsAhead;
  }

  async check(fields: CheckedFields): Promise<CheckOutcome> {
    const asked = await this.#ask(() => this.#client(fields).checkSpam(ALL_IN_REQUEST_OPTS));
    const { headers } = asked.call;
    const notes = notesOf(headers, this.#key);
    // A suspended account is answered `false` whatever the comment, with this header: such a word is no verdict.
    if (asked.answer === undefined || headers['x-akismet-error'] !== undefined)
      return { state: 'silent', why: whyOf(asked), notes };
    const isDiscard = headers['x-akismet-pro-tip'] === 'discard';
    const verdict = !asked.answer ? 'ham' : isDiscard ? 'discard' : 'spam';
    const recheckAfter = recheckAfterOf(headers);
    return { state: 'answered', verdict, ...(recheckAfter && { recheckAfter }), notes };
  }

  async correct(kind: 'spam' | 'ham', fields: CheckedFields): Promise<boolean> {
    const { answer } = await this.#ask<unknown>(() => {
      const client = this.#client(fields);
      return kind === 'spam' ? client.submitSpam(ALL_IN_REQUEST_OPTS) : client.submitHam(ALL_IN_REQUEST_OPTS);
    });
    // akismet-api takes any 2xx for success; the body says whether it was.
    return (answer as { text?: string } | undefined)?.text === 'Thanks for making the web a better place.';
  }

  async verifyKey(): Promise<'valid' | 'invalid' | 'unknown'> {
    const { answer } = await this.#ask(() => this.#client({}).verifyKey());
    if (answer === undefined) return 'unknown';
    return answer ? 'valid' : 'invalid';
  }

  async usage(): Promise<Usage | undefined> {
    const url = new URL('/1.2/usage-limit', this.#url).href;
    const { answer } = await this.#ask(() =>
      superagent.post(url).type('form').set('User-Agent', USER_AGENT).send({ api_key: this.#key }),
    );
    return usageOf(answer?.text);
  }

  async #ask<T>(ask: () => PromiseLike<T>): Promise<Answer<T>> {
    const asked = await converse(ask);
    this.#secondsAhead = asked.call.secondsAhead ?? this.#secondsAhead;
    return asked;
  }

  /** A client for one call: the library puts the key into the host name, and forgets fields that it does not know. */
  #client(fields: CheckedFields): AkismetClient {
    const client = new AkismetClient({
      key: this.#key,
      blog: this.#blog.href,
      userAgent: USER_AGENT,
    }) as AkismetClient & { rootEndpoint: string; endpoint: string; requestOpts: CheckedFields };
    client.rootEndpoint = new URL('/1.1/', this.#url).href;
    client.endpoint = client.rootEndpoint;
    client.requestOpts = { ...fields, ...client.requestOpts, api_key: this.#key };
    return client;
  }
}

/** The fields go in by the client's own options, which it sends whole. */
const ALL_IN_REQUEST_OPTS = {} as Parameters<AkismetClient['checkSpam']>[0];

function whyOf({ call, error }: Answer<boolean>): Silence {
  if (call.why) return call.why;
  if (call.headers['x-akismet-error'] === 'suspended') return 'bad-key';
  if (error instanceof Error && error.message === 'Invalid API key') return 'bad-key';
  return Object.keys(call.headers).length === 0 ? 'unreachable' : 'garbage';
}
