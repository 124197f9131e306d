const KEPT_MAIL = '/desk/mail/';

/** What is looked for in subjects and recipients, from the address. */
export function searchedFor({ searchParams }: URL): string {
  return (searchParams.get('q') ?? '').trim().slice(0, 200);
}

/** Where a part of the list of kept letters stands. */
export function keptMailPath(words: string, after = ''): string {
  const query = new URLSearchParams({ ...(words && { q: words }), ...(after && { after }) });
  return query.size > 0 ? `${KEPT_MAIL}?${query}` : KEPT_MAIL;
}

/** Where one of them is shown. */
export function letterPath(id: string): string {
  return `${KEPT_MAIL}${encodeURIComponent(id)}/`;
}
