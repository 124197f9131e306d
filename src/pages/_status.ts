import type { AppError, ErrorCode } from '#core/platform/errors.ts';

const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  unauthorized: 401,
  limited: 429,
  unavailable: 503,
};

/** The one place where a broken rule becomes a status, and says when to try again where that is known. */
export function statusOf({ code, retryAfterSeconds }: AppError): {
  status: number;
  headers: Record<string, string>;
} {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status: STATUS[code], headers };
}

/** Gives that to the answer of a page which shows its form again. */
export function markRefused(answer: { status?: number; readonly headers: Headers }, error: AppError): void {
  const { status, headers } = statusOf(error);
  answer.status = status;
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
}
