import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type App, closeApp, openApp } from '#core/app.ts';
import { deskLink, LINK_MINUTES } from '#core/desk/sign-in.ts';
import { type Config, ConfigError } from '#core/platform/config.ts';
import { wordsOf } from '#core/platform/errors.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { createFrontDoor, type PageHandler } from './front-door.ts';
import { startWorker } from './worker.ts';

const DIST = new URL('../../dist/', import.meta.url);
/** How long requests in flight may take to end at shutdown, before they are cut. */
const GRACE_MS = 10_000;
/** How soon a server hears of what another process changed. */
const CHANGES_MS = 250;

/**
 * Serves the site until SIGTERM or SIGINT; resolves when all has ended.
 *
 * @throws ConfigError where it cannot listen as the settings say
 */
export async function serve(config: Config): Promise<void> {
  const stopped = stopSignal(); // from the first moment: a signal during the start must not be lost
  const app = await openApp(config);
  noteBugs(app);
  const server = newServer(await frontDoor(app));
  // Before the first page is rendered: what changes from then on is heard of.
  app.library.watch((tags) => {
    app.changes.tell(tags);
    app.index.hear(tags);
  });
  await app.changes.start(CHANGES_MS, (error) =>
    app.log.error('database.unreachable', { message: wordsOf(error) }),
  );
  try {
    await listen(server, app.config);
  } catch (error) {
    await closeApp(app);
    throw error;
  }
  const stopWorker = app.config.worker ? startWorker(app) : async () => {};
  await greet(app, server.address() as AddressInfo);
  app.index.follow(); // it reads every article: not before readers are served
  const signal = await stopped;
  app.log.info('server.stopping', { signal });
  await Promise.all([drain(server), stopWorker()]);
  await closeApp(app);
  app.log.info('server.stopped');
}

/** Only works: sends letters and asks the filter, for a site that other processes serve. */
export async function work(config: Config): Promise<void> {
  const stopped = stopSignal();
  const app = await openApp(config);
  noteBugs(app);
  app.library.watch(() => {});
  const stopWorker = startWorker(app);
  app.log.info('worker.started');
  const signal = await stopped;
  app.log.info('worker.stopping', { signal });
  await stopWorker();
  await closeApp(app);
}

async function frontDoor(app: App) {
  const { handler } = (await import(new URL('server/entry.mjs', DIST).href)) as { handler: PageHandler };
  return createFrontDoor(app, handler, new URL('client/', DIST).pathname);
}

function newServer(listener: Parameters<typeof createServer>[1]): Server {
  const limits = {
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 20_000,
    maxHeaderSize: 16_384,
    connectionsCheckingInterval: 1000, // Node looks every 30 s otherwise, and the time-outs above would mean 30 more
  };
  const server = createServer(limits, listener);
  server.maxConnections = 2000;
  server.on('clientError', refuseGarbage);
  return server;
}

/** What cannot be read as HTTP gets a bare answer, with the headers that matter. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    {
      HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
      ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
    }[error.code ?? ''] ?? '400 Bad Request';
  const headers = [
    'connection: close',
    'content-length: 0',
    'x-content-type-options: nosniff',
    "content-security-policy: default-src 'none'",
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n`);
}

async function listen(server: Server, config: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ConfigError([listenProblem(error, config)])),
    );
    server.listen(config.port, config.host, resolve);
  });
}

function listenProblem(error: NodeJS.ErrnoException, { host, port }: Config): string {
  if (error.code === 'EADDRINUSE')
    return `PORT ${port} is taken by another program: end that one, or set PORT to a free one`;
  if (error.code === 'EACCES')
    return `PORT ${port} needs rights that this user lacks: set PORT to one above 1023`;
  return `HOST ${host} cannot be listened on (${error.code ?? 'unknown'}): set HOST to an address of this machine`;
}

/** What a person at the console wants to know; the log goes elsewhere. At the very first start, the way in. */
async function greet(app: App, address: AddressInfo): Promise<void> {
  const { db, config, clock, library } = app;
  console.log(`${library.site.title} is at ${app.siteUrl.href}`);
  if ((await settingValue(db, 'first-start')) === undefined) {
    await writeSetting(db, 'first-start', clock.now().toISOString());
    console.log(`Your desk, good once and for ${LINK_MINUTES} minutes: ${await deskLink(app)}`);
    console.log('Another such link, whenever you need one: npx watchpost desk link');
  }
  if (config.smtpUrl === undefined)
    console.log('No SMTP_URL is set: letters are kept, and readable at the desk.');
  if (config.akismet === undefined)
    console.log('No AKISMET_KEY is set: strangers’ comments wait for you at the desk.');
  const facts = {
    host: address.address,
    port: address.port,
    articles: library.articles().length,
    database: app.engine,
  };
  app.log.info('server.started', { ...facts, startMs: Math.round(performance.now()) });
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
