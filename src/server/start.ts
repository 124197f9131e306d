import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type App, closeApp, openApp } from '#core/app.ts';
import { ConfigError, readConfig } from '#core/platform/config.ts';
import { wordsOf } from '#core/platform/errors.ts';
import { createFrontDoor, type PageHandler } from './front-door.ts';

const DIST = new URL('../../dist/', import.meta.url);
/** How long requests in flight may take to end at shutdown, before they are cut. */
const GRACE_MS = 10_000;

/** Serves the site until SIGTERM or SIGINT; resolves when all has ended. */
export async function serve(): Promise<void> {
  const app = await openApp(readConfig());
  noteBugs(app);
  app.library.watch((tags) => app.changes.tell(tags));
  await app.changes.start(250, (error) => app.log.error('database.unreachable', { message: wordsOf(error) }));
  const { handler } = (await import(new URL('server/entry.mjs', DIST).href)) as { handler: PageHandler };
  const server = newServer(createFrontDoor(app, handler, new URL('client/', DIST).pathname));
  await listen(server, app);
  console.log(`Watchpost is at ${app.siteUrl.href}`);
  const signal = await stopSignal();
  app.log.info('server.stopping', { signal });
  await drain(server);
  await closeApp(app);
}

function newServer(listener: Parameters<typeof createServer>[1]): Server {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 20_000, maxHeaderSize: 16_384 }, listener);
  server.maxConnections = 2000;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
    const status = { HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large', ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout' }[error.code ?? ''];
    socket.end(`HTTP/1.1 ${status ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\nx-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'\r\n\r\n`);
  });
  return server;
}

async function listen(server: Server, { config }: App): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ConfigError([listenProblem(error, config)])));
    server.listen(config.port, config.host, resolve);
  });
}

function listenProblem(error: NodeJS.ErrnoException, { host, port }: App['config']): string {
  if (error.code === 'EADDRINUSE') return `PORT ${port} is taken by another program: end that one, or set PORT to a free one`;
  if (error.code === 'EACCES') return `PORT ${port} needs rights that this user lacks: set PORT to one above 1023`;
  return `HOST ${host} cannot be listened on (${error.code ?? 'unknown'}): set HOST to an address of this machine`;
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
}

async function drain(server: Server): Promise<void> {
  const forced = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(forced);
}

/** Astro's adapter listens too, and swallows what does not belong to a request; ours writes it down. */
function noteBugs({ log }: App): void {
  process.on('unhandledRejection', (error) => log.error('bug.unhandled-rejection', { error }));
  process.on('uncaughtException', (error) => {
    log.error('bug.uncaught-exception', { error });
    process.exit(1); // the state is unknown: the supervisor starts a sound one
  });
}
