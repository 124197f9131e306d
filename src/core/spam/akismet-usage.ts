import { z } from 'zod';
import { jsonAs } from '../platform/json.ts';
import type { Usage } from './spam-filter.ts';

const count = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .pipe(z.number().int().nonnegative());
const share = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(?:\.\d+)?%?$/)
      .transform(Number.parseFloat),
  ])
  .pipe(z.number().nonnegative());

/** Akismet's answer to usage-limit: numbers come as numbers or as text, and a plan without limit says "none". */
const usageAnswer = z.object({
  limit: z.union([z.literal('none').transform(() => undefined), count]),
  usage: count,
  percentage: share,
  throttled: z.boolean(),
});

/** @returns undefined for whatever is not such an answer */
export function usageOf(text: string | undefined): Usage | undefined {
  const data = text === undefined ? undefined : jsonAs(usageAnswer, text);
  return (
    data && {
      limit: data.limit,
      used: data.usage,
      percentage: data.percentage,
      throttled: data.throttled,
    }
  );
}
