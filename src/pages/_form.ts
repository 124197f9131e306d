import { AppError } from '#core/platform/errors.ts';

/** The fields of a posted form, as typed; without NUL, which no keyboard types and PostgreSQL takes in no text. */
export interface Form {
  /** The first value of a field, or an empty text. */
  text(name: string): string;
  /** Every value of a field that may come more than once. */
  texts(name: string): string[];
}

/** @throws AppError `invalid` where the body is no form */
export async function formOf(request: Request): Promise<Form> {
  const data = await request.formData().catch(() => {
    throw new AppError('invalid', 'What was sent is not a form.');
  });
  const texts = (name: string) =>
    data
      .getAll(name)
      .filter((value) => typeof value === 'string')
      .map((value) => value.replaceAll('\0', ''));
  return { texts, text: (name) => texts(name)[0] ?? '' };
}

/** The number of a row, as a form or address holds it; 0, which no row has, where it is none. */
export function rowNumber(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}
