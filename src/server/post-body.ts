import type { IncomingMessage } from 'node:http';
import { REPORTS_PATH } from './headers.ts';

/** The largest body that a form of ours can have. */
const FORM_LIMIT = 64 * 1024;
/**
 * What providers post may quote the letter: 256 kB is the most that Amazon SNS carries, more as it stands quoted in
 * JSON; Postmark adds a bounce's whole text where it is asked to.
 */
const HOOK_LIMIT = 512 * 1024;
/** A browser's report of what the policy has blocked: some hundred bytes, a few of them together. */
const REPORT_LIMIT = 8 * 1024;
const HOOKS = new Set(['/hooks/ses/', '/hooks/postmark/']);

/** The body of a POST, as far as its address may have one so long. */
export async function readBody(req: IncomingMessage, pathname: string): Promise<Buffer | 'too-large'> {
  const limit = HOOKS.has(pathname) ? HOOK_LIMIT : pathname === REPORTS_PATH ? REPORT_LIMIT : FORM_LIMIT;
  if (Number(req.headers['content-length'] ?? 0) > limit) return 'too-large';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
