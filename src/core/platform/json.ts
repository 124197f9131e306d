import type { z } from 'zod';

/** What stands in a JSON text from outside or from another version; undefined where it is no JSON, or not of this form. */
export function jsonAs<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // no JSON: the only thing that throws here
  }
}
