import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '#core/app.ts';
import { reportKinds } from '#core/desk/policy-report.ts';
import { SECOND } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { REPORTS_PATH } from './headers.ts';
import { readBody } from './post-body.ts';
import { refuse, refuseBody } from './refusals.ts';

const REPORT_TYPES = /^application\/(?:csp-report|reports\+json)\b/i;
/** Of all clients together. */
const ALL = { name: 'all', rate: { burst: 300, everyMs: SECOND / 10 } };

/**
 * Takes what a browser says that our policy has blocked. Browsers send it by themselves, some without an Origin or with
 * `null`: so it is the one POST that is taken from anywhere, as it can do nothing but raise a count. The client's address
 * limits how often, in memory; neither it nor anything else of the reader is kept.
 */
export async function takePolicyReport(
  { limits, policyReports, siteUrl }: App,
  req: IncomingMessage,
  res: ServerResponse,
  client: string,
): Promise<void> {
  const type = req.headers['content-type'] ?? '';
  if (!REPORT_TYPES.test(type)) return refuse(res, 415);
  const wait = tooMany(limits, client);
  if (wait !== undefined) return refuse(res, 429, { 'retry-after': String(wait) });
  const body = await readBody(req, REPORTS_PATH);
  if (body === 'too-large') return refuseBody(req, res);
  for (const kind of reportKinds(type, body.toString(), siteUrl)) policyReports.add(kind);
  res.writeHead(204).end();
}

/** After how many seconds the next one is taken; undefined where this one is. */
function tooMany(limits: App['limits'], client: string): number | undefined {
  try {
    limits.take('policy-report', client, undefined, [ALL]);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.retryAfterSeconds ?? 60;
  }
}
