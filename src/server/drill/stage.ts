import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, BlockList } from 'node:net';
import path from 'node:path';
import { type App, closeApp, type GivenParts, openApp } from '#core/app.ts';
import { deskLink } from '#core/desk/sign-in.ts';
import type { Clock } from '#core/platform/clock.ts';
import type { Config } from '#core/platform/config.ts';
import type { Log } from '#core/platform/log.ts';
import { builtPages, CLIENT_DIR } from '../built-pages.ts';
import { createFrontDoor, type FrontDoor } from '../front-door.ts';
import { newHttpServer } from '../http-server.ts';
import { Visitor } from './visitor.ts';

/** What a scratch copy has of the site. */
export interface StageSettings {
  contentDir: string;
  mailFrom?: string;
}

/** What is different in one scene, and what a test puts in place of a part. */
export interface StageOptions extends Pick<Config, 'akismet' | 'smtpUrl'> {
  database?: GivenParts['database'];
  alter?: (app: App) => App;
}

/** A scratch copy of the site that is served on this machine alone: the same code, a database of its own. */
export interface Stage {
  app: App;
  clock: StageClock;
  /** Somebody new, with a browser of their own. */
  visitor(): Visitor;
  /** The writer, signed in by a link of the console. */
  writer(): Promise<Visitor>;
  /** What the product has noted as a fault of its own. */
  bugs: string[];
  close(): Promise<void>;
}

/** The time of day, which a scene can put forward. */
export class StageClock implements Clock {
  #ahead = 0;
  now(): Date {
    return new Date(Date.now() + this.#ahead);
  }
  advance(ms: number): void {
    this.#ahead += ms;
  }
}

export function dataDirIn(folder: string): string {
  const dir = path.join(folder, 'data');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}

/** @param folder of this stage alone; the caller removes it */
export async function openStage(
  settings: StageSettings,
  folder: string,
  { akismet, smtpUrl, database, alter = (app) => app }: StageOptions = {},
): Promise<Stage> {
  const { server, open, close } = await serverFor();
  const { port } = server.address() as AddressInfo;
  const clock = new StageClock();
  const bugs: string[] = [];
  const config = configOf(settings, { dataDir: dataDirIn(folder), port, akismet, smtpUrl });
  const app = alter(await openApp(config, { clock, log: bugLog(bugs), ...(database ? { database } : {}) }));
  open(createFrontDoor(app, await builtPages(), CLIENT_DIR));
  await app.changes.start(250, () => {});
  const visitor = () => new Visitor(app.siteUrl);
  return {
    ...{ app, clock, visitor, bugs },
    async writer() {
      const writer = visitor();
      await writer.post(new URL(await deskLink(app)).pathname, {});
      return writer;
    },
    async close() {
      await close();
      await closeApp(app);
    },
  };
}

/**
 * A server that has its port before there is a door: the site is opened with its address. Once closed it holds the door no
 * more, as Node keeps closed servers for a while, and a door holds every article.
 */
async function serverFor(): Promise<{ server: Server; open(door: FrontDoor): void; close(): Promise<void> }> {
  let door: FrontDoor | undefined;
  const opened = () => {
    if (!door) throw new Error('The stage was asked for a page while it was not open.');
    return door;
  };
  const { server, drain } = newHttpServer({
    answer: (req, res) => opened().answer(req, res),
    readyAnswer: (get) => opened().readyAnswer(get),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    open(ready) {
      door = ready;
    },
    async close() {
      await drain();
      door = undefined;
    },
  };
}

function configOf(
  { contentDir, mailFrom }: StageSettings,
  {
    dataDir,
    port,
    akismet,
    smtpUrl,
  }: Pick<Config, 'dataDir' | 'port'> & { [Part in 'akismet' | 'smtpUrl']: Config[Part] | undefined },
): Config {
  return {
    ...{ host: '127.0.0.1', port, siteUrl: new URL(`http://127.0.0.1:${port}`), dataDir, contentDir },
    ...{ trustedProxies: new BlockList(), worker: false, returnPath: false, logLevel: 'error' as const },
    ...(mailFrom === undefined ? {} : { mailFrom }),
    ...(akismet === undefined ? {} : { akismet }),
    ...(smtpUrl === undefined ? {} : { smtpUrl }),
  };
}

/** What is expected to fail is told by the scene; of the log only what nobody expects counts. */
function bugLog(bugs: string[]): Log {
  const quiet = () => {};
  return {
    ...{ debug: quiet, info: quiet, warn: quiet },
    error(event) {
      if (event.startsWith('bug.')) bugs.push(event);
    },
  };
}
