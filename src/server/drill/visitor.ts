import { SECOND } from '#core/platform/clock.ts';

/** Longer than any page takes that comes at all. */
const PATIENCE_MS = 20 * SECOND;
/** So much of the words of a page is kept. */
const MOST_WORDS = 320;

/** What came of asking for a page. */
export interface Answer {
  status: number;
  html: string;
  /** Where it leads on. */
  location: string;
  /** Milliseconds. */
  took: number;
}

/** Somebody with a browser without scripts, which keeps its cookies. */
export class Visitor {
  readonly #site: URL;
  readonly #cookies = new Map<string, string>();

  constructor(site: URL) {
    this.#site = site;
  }

  async get(path: string): Promise<Answer> {
    return this.#ask(path, {});
  }

  /** Sends a form, and stays at its answer. */
  async post(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  /** Sends a form, and goes where its answer leads. */
  async send(path: string, fields: Record<string, string>): Promise<{ sent: Answer; shown: Answer }> {
    const sent = await this.post(path, fields);
    return { sent, shown: sent.location === '' ? sent : await this.get(sent.location) };
  }

  async #ask(path: string, request: RequestInit): Promise<Answer> {
    const begun = performance.now();
    const response = await fetch(new URL(path, this.#site), {
      ...request,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        accept: 'text/html',
        origin: this.#site.origin,
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    const html = await response.text();
    this.#keep(response.headers.getSetCookie());
    const { status, headers } = response;
    return { status, html, location: headers.get('location') ?? '', took: performance.now() - begun };
  }

  #keep(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

/**
 * What a page says, shortened: its heading, a line break, then its notices, or where it has none what stands in its main
 * part, block by block.
 */
export function wordsOn(html: string): string {
  const main = /<main\b[^>]*>(.*?)<\/main>/s.exec(html)?.[1] ?? html;
  const [, heading = '', rest = ''] = /<h1\b[^>]*>(.*?)<\/h1>(.*)/s.exec(main) ?? [main, '', main];
  const notices = [...rest.matchAll(/<div class="notice\b[^>]*>(.*?)<\/div>/gs)].map(
    ([, words = '']) => words,
  );
  const words = textOf(notices.length > 0 ? notices.join('<br>') : rest);
  return `${textOf(heading)}\n${shortened(words)}`.trim();
}

function textOf(html: string): string {
  return html
    .replace(/<(style|script|svg|textarea|noscript)\b.*?<\/\1>/gs, ' ')
    .replace(/<\/?(?:a|em|strong|code|b|i|bdi|span|time|cite)\b[^>]*>/g, '')
    .replace(/\s*(?:<[^>]*>\s*)+/g, ' · ')
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, character)
    .replace(/\s+/g, ' ')
    .replace(/^(?: ?· ?)+|(?: ?· ?)+$/g, '');
}

function character(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

function shortened(words: string): string {
  return words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).replace(/\s\S*$/, '')} …` : words;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

/** The value of a hidden field in a form of the page. */
export function hiddenField(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
}
