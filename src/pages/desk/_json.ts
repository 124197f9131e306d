import { AppError } from '#core/platform/errors.ts';
import { statusOf } from '../_status.ts';

/** Answers a script of ours: with what was made, or a message that a person may read. */
export async function answerJson(make: () => Promise<object>): Promise<Response> {
  try {
    return Response.json(await make(), { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { status, headers } = statusOf(error);
    return Response.json(
      { message: error.message },
      { status, headers: { 'cache-control': 'no-store', ...headers } },
    );
  }
}

/**
 * What the script sent: nothing yet, or what the browser's authenticator has answered and the fields beside it.
 *
 * @throws AppError `invalid` where it is none of that
 */
export async function sentBy<Credential>(
  request: Request,
): Promise<{ credential: Credential | undefined; text(name: string): string }> {
  const sent: unknown = await request.json().catch(() => undefined);
  if (!isRecord(sent)) throw new AppError('invalid', 'What was sent cannot be read.');
  const { credential } = sent;
  if (credential !== undefined && !isRecord(credential))
    throw new AppError('invalid', 'What was sent is no passkey.');
  const text = (name: string) => (typeof sent[name] === 'string' ? sent[name].replaceAll('\0', '') : '');
  return { credential: credential as Credential | undefined, text };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
