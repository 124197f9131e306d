import type { IncomingMessage, ServerResponse } from 'node:http';
import { dev } from 'astro';
import { closeApp, openApp } from '#core/app.ts';
import { ConfigError, readConfig } from '#core/platform/config.ts';
import { drained } from './drained.ts';
import { editionsHere } from './edition-work.ts';
import { serveMedia } from './media.ts';
import { startWorker } from './worker.ts';

/** Where Astro's dev server looks for `Astro.locals` on a request. */
const LOCALS = Symbol.for('astro.locals');

/** `npm run dev`: pages and styles change as they are saved; the core is read once, so restart for that. */
try {
  const config = readConfig();
  const app = await openApp(config);
  app.library.watch((tags) => app.index.hear(tags));
  app.index.follow();
  const stopWorker = startWorker(app, editionsHere);
  const server = await dev({
    server: { host: config.host, port: config.port },
    integrations: [
      {
        name: 'front-door-of-dev',
        hooks: {
          'astro:server:setup'({ server: { middlewares } }) {
            middlewares.use(async (req: IncomingMessage, res: ServerResponse, next: () => void) => {
              if (await serveMedia(app, req.url ?? '/', req, res)) return;
              const clientAddress = req.socket.remoteAddress ?? '';
              Object.assign(req, { [LOCALS]: { app, clientAddress, drained: () => drained(res) } });
              next();
            });
          },
        },
      },
    ],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      app.live.close();
      await server.stop();
      await stopWorker();
      await closeApp(app);
    });
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
