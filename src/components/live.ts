/** Whether the reader of a page without scripts has asked that it be loaded anew every ten seconds. */
export function looksAgain({ searchParams }: URL): boolean {
  return searchParams.get('again') === '10';
}
