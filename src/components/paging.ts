const PAGE_LENGTH = 40;

export interface Part<T> {
  items: T[];
  number: number;
  last: number;
}

/** The part of a long list that `?page=` asks for; undefined where there is no such part. */
export function partOf<T>(items: readonly T[], url: URL): Part<T> | undefined {
  const number = pageAsked(url);
  const last = Math.max(1, Math.ceil(items.length / PAGE_LENGTH));
  if (number < 1 || number > last) return undefined;
  return { items: items.slice((number - 1) * PAGE_LENGTH, number * PAGE_LENGTH), number, last };
}

/** What `?page=` asks for, 1 without it; 0 where that is no number of a page. */
export function pageAsked({ searchParams }: URL): number {
  const asked = searchParams.get('page') ?? '1';
  return /^[1-9]\d{0,3}$/.test(asked) ? Number(asked) : 0;
}
