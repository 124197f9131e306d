import type { LettersOf } from '#core/editions/letters-of.ts';

/** Where the letters of an edition are listed one by one, for owners. */
export function lettersPath({ edition, state, domain, reason }: LettersOf, after?: string): string {
  const query = new URLSearchParams({
    ...{ edition, state },
    ...(domain === undefined ? {} : { domain }),
    ...(reason === undefined ? {} : { reason }),
    ...(after === undefined ? {} : { after }),
  });
  return `/desk/subscribers/letters/?${query}`;
}
