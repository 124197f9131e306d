import { type IncomingMessage, request } from 'node:http';
import type { App } from '#core/app.ts';
import { SECOND } from '#core/platform/clock.ts';

/** What the site answers, header by header as it goes over the wire. */
export interface OwnAnswer {
  status: number;
  headers: { name: string; value: string }[];
}

const TIMEOUT_MS = 3 * SECOND;

/**
 * Asks this very server for a public page, over the loopback as a proxy in front would: what is shown of its headers is
 * what is sent.
 *
 * @throws where it does not answer, as under `npm run dev`, which has no front door
 */
export async function ownAnswer({ config, siteUrl }: Pick<App, 'config' | 'siteUrl'>): Promise<OwnAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      {
        ...ownPeer(config),
        path: '/',
        headers: { host: siteUrl.host, connection: 'close' },
        timeout: TIMEOUT_MS,
      },
      resolve,
    );
    asked.on('timeout', () => asked.destroy(new Error('the site does not answer itself')));
    asked.on('error', reject).end();
  });
  answer.resume();
  const names = answer.rawHeaders.filter((_, index) => index % 2 === 0);
  return {
    status: answer.statusCode ?? 0,
    headers: names.map((name, index) => ({ name, value: answer.rawHeaders[2 * index + 1] ?? '' })),
  };
}

/** Where this server is reached from the machine itself; an address for all networks is none to connect to. */
export function ownPeer({ host, port }: Pick<App['config'], 'host' | 'port'>): {
  host: string;
  port: number;
} {
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}
