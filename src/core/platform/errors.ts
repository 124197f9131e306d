/** What kind of rule was broken; only the edge turns it into a status or an exit code. */
export type ErrorCode = 'invalid' | 'not-found' | 'conflict' | 'unauthorized' | 'limited' | 'unavailable';

/** A broken rule, with a message that a person may read: what happened, then what they can do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Per form field, what is wrong with it; only for `invalid`. */
  readonly fields: Readonly<Record<string, string>>;
  /** When it is worth trying again, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    fields: Readonly<Record<string, string>> = {},
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.fields = fields;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The words of an error for a log line or an operator; never for a page. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
