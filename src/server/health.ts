import type { ServerResponse } from 'node:http';
import type { App } from '#core/app.ts';
import { wordsOf } from '#core/platform/errors.ts';
import { settingValue } from '#core/platform/settings.ts';

/** `/healthz`: the process answers. `/readyz`: it can also reach its database. Asked by machines, under any host name. */
export async function answerHealth(
  { db, log }: App,
  pathname: string,
  res: ServerResponse,
): Promise<boolean> {
  if (pathname === '/healthz') {
    say(res, 200, 'ok\n');
    return true;
  }
  if (pathname !== '/readyz') return false;
  try {
    await settingValue(db, 'ready');
    say(res, 200, 'ready\n');
  } catch (error) {
    log.error('database.unreachable', { message: wordsOf(error) });
    say(res, 503, 'the database does not answer\n');
  }
  return true;
}

function say(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  res.end(body);
}
