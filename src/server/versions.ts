import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '#core/platform/clock.ts';

/** Which state of a page a client has, in the two ways in which HTTP can say it. */
export interface Version {
  /** Weak (RFC 9110 section 8.8.1): the compressed forms of a page share it. */
  etag: string;
  /** Seconds since 1970: HTTP's dates know no less. */
  modified: number;
}

/** What became of each page's bytes: a page that is rendered again to the same bytes is the same version. */
export class Versions {
  readonly #known = new Map<string, Version>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The version of a page just rendered.
   * Its date is the one that the page gives, else when these bytes were first seen. Bytes that changed without a newer
   * date get one, a second after the last: who only sends a date would never see them otherwise.
   */
  of(key: string, body: Buffer, lastModified?: Date): Version {
    const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const before = this.#known.get(key);
    if (before?.etag === etag) return before;
    const now = Math.floor(this.#clock.now().getTime() / 1000);
    const given = Math.min(now, Math.floor((lastModified?.getTime() ?? Number.POSITIVE_INFINITY) / 1000));
    const version = { etag, modified: before ? Math.max(given, before.modified + 1) : given };
    this.#known.set(key, version);
    return version;
  }
}

/** The headers by which a client learns the version. */
export function versionHeaders({ etag, modified }: Version): Record<'etag' | 'last-modified', string> {
  return { etag, 'last-modified': new Date(modified * 1000).toUTCString() };
}

/** Whether a client says that it has this version already: a tag is believed before a date (RFC 9110 section 13.2.2). */
export function isKnown(
  { 'if-none-match': tags, 'if-modified-since': since }: IncomingHttpHeaders,
  { etag, modified }: Partial<Version> & Pick<Version, 'etag'>,
): boolean {
  if (tags !== undefined) return tags === etag || tags.trim() === '*' || namesTag(tags, etag);
  return modified !== undefined && since?.endsWith(' GMT') === true && Date.parse(since) >= modified * 1000;
}

/** Weak comparison (RFC 9110 section 8.8.3.2) with each of a list. */
function namesTag(tags: string, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '');
  return tags.match(/"[^"]*"/g)?.includes(opaque) ?? false;
}
