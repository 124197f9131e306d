import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { App } from '#core/app.ts';
import { askedPath, canonicalUrl } from './canonical-url.ts';
import { clientAddress } from './client-address.ts';
import { type CommentPost, takeComment } from './comment-posts.ts';
import { serveCommenterPicture } from './commenter-pictures.ts';
import { drained } from './drained.ts';
import { REPORTS_PATH, securityHeaders } from './headers.ts';
import { answerHealth } from './health.ts';
import { serveMedia } from './media.ts';
import { PageCache } from './page-cache.ts';
import type { PlainGet } from './plain-get.ts';
import { takePolicyReport } from './policy-report-posts.ts';
import { readBody } from './post-body.ts';
import { isView } from './reader-views.ts';
import { refuse, refuseBody } from './refusals.ts';
import { rendering } from './rendering.ts';
import { isSameOrigin } from './same-origin.ts';
import { serveSharePicture } from './share-pictures.ts';
import { StaticFiles } from './static-files.ts';

/** Astro's handler in middleware mode. */
export type PageHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
  locals: App.Locals,
) => Promise<void>;

/** What stands between the sockets and the pages. */
export interface FrontDoor {
  answer: RequestListener;
  /** The whole answer to a GET, where it can be given from memory, as it goes over the wire. */
  readyAnswer(get: PlainGet): Buffer | undefined;
}

/** The styles of the door's own pages, the only file that any host name gets. */
const DOOR_STYLES = '/door.css';
const CACHE_BYTES = 64 * 1024 * 1024;

/** Where comments are sent, and how a browser's form arrives. */
const COMMENTS = /^\/articles\/([^/]+)\/comments\/$/;
const FORM = /^application\/x-www-form-urlencoded\b/i;

/** The query parameters with which a page may still be cached. */
const CACHED_QUERY = /^(?:\?(?:order=(?:oldest|newest)&)?page=\d{1,5}|\?order=(?:oldest|newest))?$/;
/** Who signs in at the desk, or has commented under an article, sees pages of their own. */
const DESK = /(?:^|;\s*)(?:__Host-)?watchpost-desk=/;
const OWN_PAGES = /(?:^|;\s*)(?:(?:__Host-)?watchpost-desk|watchpost-receipts)=(?=\S)/;

/**
 * Everything between the socket and Astro: who is asked (host), for what (path, size, origin), by whom
 * (client address), and whether the answer is already known (health, page cache, files).
 */
export function createFrontDoor(app: App, pages: PageHandler, clientDir: string): FrontDoor {
  const { siteUrl, trustedProxies } = app.config;
  const ownHost = siteUrl.host; // a getter that would work anew at each request
  const security = securityHeaders(siteUrl);
  const files = new StaticFiles(clientDir);
  const cache = new PageCache({ maxBytes: CACHE_BYTES, extraHeaders: security, clock: app.clock });
  app.changes.onChange((tags) => cache.invalidate(tags));

  return {
    answer(req, res) {
      void answer(req, res).catch((error: unknown) => {
        const hasLeft = req.destroyed && !req.complete; // in the middle of its own words: no fault of ours
        if (!hasLeft) app.log.error('bug.front-door', { error });
        if (hasLeft || res.headersSent) res.destroy();
        else refuse(res, 500);
      });
    },
    readyAnswer({ target, headers }) {
      try {
        const key = cacheKey(headers, target, ownHost);
        const ready = key === undefined ? undefined : cache.answerTo(key, headers);
        if (key !== undefined && ready && isView(key, headers, ready.status)) app.views.add(key);
        return ready?.wire();
      } catch (error) {
        app.log.error('bug.front-door', { error });
        return undefined; // the long way has its own answer to a bug
      }
    },
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const isGet = req.method === 'GET';
    const isRead = isGet || req.method === 'HEAD';
    if (!req.url?.startsWith('/')) useOriginForm(req);
    const target = req.url ?? '/';
    const key = isRead ? cacheKey(req.headers, target, ownHost) : undefined;
    if (key !== undefined && cache.serve(key, req, res)) {
      if (isGet && isView(key, req.headers, res.statusCode)) app.views.add(key);
      return; // it carries the security headers itself
    }

    for (let i = 0; i < security.length; i += 2)
      res.setHeader(security[i] as string, security[i + 1] as string);
    res.setHeader(
      'cache-control',
      OWN_PAGES.test(req.headers.cookie ?? '') ? 'private, no-cache' : 'no-cache',
    );
    if (!isRead && req.method !== 'POST') return refuse(res, 405, { allow: 'GET, HEAD, POST' });
    if (isRead && (await answerHealth(app, askedPath(target), res))) return;
    const url = canonicalUrl(target, siteUrl);
    if (!url) return refuse(res, 400);
    if (url.pathname === DOOR_STYLES && files.serve(DOOR_STYLES, req, res)) return; // the next refusal wears them too
    if (!isOwnHost(req.headers.host, siteUrl)) return refuse(res, 421, {}, siteUrl);
    const canonical = url.pathname + url.search;
    if (canonical !== target) {
      const asked = askedPath(target);
      if (url.pathname !== asked) {
        if (!isRead && url.pathname !== `${asked}/`) return refuse(res, 404);
        res.writeHead(isRead ? 301 : 308, { location: canonical, 'content-length': 0 }).end();
        return;
      }
      req.url = canonical;
      const known = cacheKey(req.headers, canonical, ownHost);
      if (known !== undefined && cache.serve(known, req, res)) {
        if (isGet && isView(known, req.headers, res.statusCode)) app.views.add(known);
        return;
      }
    }
    if (isRead && (await serveFile(url.pathname, req, res))) return;
    if (url.pathname.startsWith('/_')) return refuse(res, 404); // Astro's own endpoints (images, actions): unused, so shut
    if (!isRead) {
      if (url.pathname === REPORTS_PATH)
        return takePolicyReport(app, req, res, clientAddress(req, trustedProxies));
      if (!isSameOrigin(req, url.pathname, siteUrl)) return refuse(res, 403);
      const body = await readBody(req, url.pathname);
      if (body === 'too-large') return refuseBody(req, res);
      const post = await takenComment(url.pathname, req, body);
      if (post?.state === 'saved') return leadToReceipt(res, post);
      Object.assign(req, { body });
      if (post) return render(req, res, undefined, post);
    }
    const shared = isRead ? cacheKey(req.headers, canonical, ownHost) : undefined;
    await render(req, res, shared);
    const isDesk = DESK.test(req.headers.cookie ?? ''); // the desk's own looks do not count
    const isPage = isGet && !isDesk && CACHED_QUERY.test(url.search);
    if (isPage && isView(canonical, req.headers, res.statusCode)) app.views.add(canonical);
  }

  async function serveFile(pathname: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    return (
      files.serve(pathname, req, res) ||
      serveCommenterPicture(pathname, req, res) ||
      (await serveMedia(app, pathname, req, res)) ||
      (await serveSharePicture(app, files, pathname, req, res))
    );
  }

  /** A comment is taken here: a page that is not shown need not be made. */
  async function takenComment(
    pathname: string,
    req: IncomingMessage,
    body: Buffer,
  ): Promise<CommentPost | undefined> {
    const slug = COMMENTS.exec(pathname)?.[1];
    const article = slug === undefined ? undefined : app.library.article(slug);
    if (!article || !FORM.test(req.headers['content-type'] ?? '')) return undefined;
    const form = new URLSearchParams(body.toString());
    const post = await takeComment(app, article, (name) => form.get(name) ?? '', {
      address: clientAddress(req, trustedProxies),
      userAgent: req.headers['user-agent'],
      referrer: req.headers.referer,
      cookie: req.headers.cookie,
    });
    // It may stand on the page at once; if that cannot be heard of now, it is saved all the same.
    if (post.state === 'saved')
      await app.changes.refresh().catch((error: unknown) => app.log.warn('database.unreachable', { error }));
    return post;
  }

  async function render(
    req: IncomingMessage,
    res: ServerResponse,
    key: string | undefined,
    commentPost?: CommentPost,
  ): Promise<void> {
    const locals = {
      app,
      clientAddress: clientAddress(req, trustedProxies),
      drained: () => drained(res),
      ...(commentPost ? { commentPost } : {}),
    };
    const show = async () => {
      presentCanonicalOrigin(req, siteUrl, locals.clientAddress);
      let isPage = true;
      const noPage = () => {
        isPage = false;
      };
      await pages(req, res, noPage, locals);
      if (isPage) return;
      if (req.method === 'POST') return refuse(res, 404);
      // No page looks like a file; but an old address may (/2019/name.html), and whoever errs gets the site's own 404.
      req.url += '/';
      await pages(req, res, () => refuse(res, 404), locals);
    };
    if (key === undefined) return show();
    if (req.method === 'HEAD') req.method = 'GET'; // rendered and kept as for a GET; Node sends no body all the same
    const done = await cache.turn(key);
    if (!done) {
      if (cache.has(key) && cache.serve(key, req, withoutHeaders(res))) return;
      return show(); // the other one's page was not for keeping
    }
    const { epoch } = cache;
    try {
      await rendering.run({ keep: (page) => cache.keep(key, page, epoch) }, show);
    } finally {
      done();
    }
  }
}

function leadToReceipt(
  res: ServerResponse,
  { location, cookie }: Extract<CommentPost, { state: 'saved' }>,
): void {
  res.writeHead(303, { location, 'content-length': 0, ...(cookie ? { 'set-cookie': cookie } : {}) }).end();
}

/** A target in absolute form names the host itself, and Host does not count (RFC 9112 section 3.2.2). */
function useOriginForm(req: IncomingMessage): void {
  const [, host, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(req.url ?? '') ?? [];
  if (host === undefined) return;
  req.headers.host = host;
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
}

/** The cache's answers carry the security headers; those set for a render would stand there twice. */
function withoutHeaders(res: ServerResponse): ServerResponse {
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  return res;
}

/** Host names know no case, and the scheme's own port may be written out (RFC 9110 section 4.2.3). */
function isOwnHost(host: string | undefined, siteUrl: URL): boolean {
  const own = siteUrl.port
    ? [siteUrl.host]
    : [siteUrl.host, `${siteUrl.host}:${siteUrl.protocol === 'https:' ? 443 : 80}`];
  return host !== undefined && own.includes(host.toLowerCase());
}

/** Where a GET may be answered from the cache; undefined for who sees pages of their own, and for another host. */
function cacheKey(
  { host, cookie }: IncomingHttpHeaders,
  target: string,
  ownHost: string,
): string | undefined {
  if (host !== ownHost) return undefined;
  if (cookie !== undefined && OWN_PAGES.test(cookie)) return undefined;
  const mark = target.indexOf('?');
  return mark === -1 || CACHED_QUERY.test(target.slice(mark)) ? target : undefined;
}

/** Astro believes these headers: it gets ours, whatever the client sent. */
function presentCanonicalOrigin(req: IncomingMessage, siteUrl: URL, address: string): void {
  for (const name of Object.keys(req.headers)) {
    if (name === 'forwarded' || name.startsWith('x-forwarded-') || name === 'x-real-ip')
      delete req.headers[name];
  }
  req.headers.host = siteUrl.host;
  req.headers['x-forwarded-host'] = siteUrl.host;
  req.headers['x-forwarded-proto'] = siteUrl.protocol.slice(0, -1);
  req.headers['x-forwarded-for'] = address;
}
