import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import v8 from 'node:v8';
import { type App, closeApp, openApp } from '#core/app.ts';
import { deskLink, LINK_MINUTES } from '#core/desk/sign-in.ts';
import { alertSuggestions } from '#core/editions/alert-suggestions.ts';
import { reopenEdition } from '#core/editions/move-edition.ts';
import { settleByLog } from '#core/mail/settle-uncertain.ts';
import { type Config, ConfigError } from '#core/platform/config.ts';
import { wordsOf } from '#core/platform/errors.ts';
import { beginRun, type ProcessRun } from '#core/platform/process-runs.ts';
import { keepReserve } from '#core/platform/reserve.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { builtPages, CLIENT_DIR } from './built-pages.ts';
import { editionsInThread } from './edition-letters.ts';
import { editionsHere } from './edition-work.ts';
import { createFrontDoor } from './front-door.ts';
import { newHttpServer } from './http-server.ts';
import { startWorker } from './worker.ts';

/** How soon a server hears of what another process changed. */
const CHANGES_MS = 250;

/**
 * Serves the site until SIGTERM or SIGINT; resolves when all has ended.
 *
 * @param relayLog settles what is uncertain before anything is sent
 * @throws ConfigError where it cannot listen as the settings say
 */
export async function serve(config: Config, relayLog?: string): Promise<void> {
  const stopped = stopSignal(); // from the first moment: a signal during the start must not be lost
  const app = await openSparingly(config);
  const run = await beginRun(app, 'serve');
  noteBugs(app, run);
  keepReserve(app);
  const { server, drain } = newHttpServer(createFrontDoor(app, await builtPages(), CLIENT_DIR));
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
    await run.end();
    await closeApp(app);
    throw error;
  }
  if (relayLog !== undefined) await settleFrom(app, relayLog);
  const stopWorker = app.config.worker ? startWorker(app, editionsInThread) : async () => {};
  await greet(app, server.address() as AddressInfo);
  app.views.start();
  app.index.follow(); // it reads every article: not before readers are served
  countAhead(app);
  const signal = await stopped;
  app.log.info('server.stopping', { signal });
  app.live.close(); // lines on which nothing ends by itself
  await Promise.all([drain(), stopWorker()]);
  await run.end();
  await closeApp(app);
  app.log.info('server.stopped');
}

/**
 * Reading 10,000 articles makes much garbage and keeps little. If V8's young generation is let grow meanwhile,
 * 80 MB more stay with the process for good, and the reading takes no less time.
 */
async function openSparingly(config: Config): Promise<App> {
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await openApp(config);
  } finally {
    v8.setFlagsFromString('--semi-space-growth-factor=2');
  }
}

/** To how many an alert would go is a count of all subscribers: made once, before anybody at the desk waits for it. */
function countAhead(app: App): void {
  const counted = alertSuggestions(app)
    .then(() => {})
    .catch((error) => app.log.warn('desk.not-counted', { message: wordsOf(error) })) // whoever looks counts then
    .finally(() => app.background.delete(counted));
  app.background.add(counted);
}

/** Only works: sends letters and asks the filter, for a site that other processes serve. */
export async function work(config: Config, relayLog?: string): Promise<void> {
  const stopped = stopSignal();
  const app = await openApp(config);
  const run = await beginRun(app, 'worker');
  noteBugs(app, run);
  app.library.watch(() => {});
  if (relayLog !== undefined) await settleFrom(app, relayLog);
  const stopWorker = startWorker(app, editionsHere);
  app.log.info('worker.started');
  const signal = await stopped;
  app.log.info('worker.stopping', { signal });
  await stopWorker();
  await run.end();
  await closeApp(app);
}

/** What a crash has left, settled by the relay's log; a log that does not fit is said to be so, and keeps nobody from working. */
async function settleFrom(app: App, relayLog: string): Promise<void> {
  await app.sender.recover();
  try {
    await settleByLog(app, relayLog, { reopen: reopenEdition });
  } catch (error) {
    app.log.error('outbox.not-settled-by-log', { message: wordsOf(error) });
  }
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

/** Astro's adapter listens too, and swallows what does not belong to a request; ours writes it down. */
function noteBugs({ log }: App, run: ProcessRun): void {
  process.on('unhandledRejection', (error) => log.error('bug.unhandled-rejection', { error }));
  process.on('uncaughtException', (error) => {
    log.error('bug.uncaught-exception', { error });
    run.noteError(error);
    process.exit(1); // the state is unknown: the supervisor starts a sound one
  });
}
