import type { AppError, ErrorCode } from '#core/platform/errors.ts';

const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  unauthorized: 401,
  limited: 429,
  unavailable: 503,
};

/** The one place where a broken rule becomes a status. */
export function statusOf({ code }: AppError): number {
  return STATUS[code];
}
