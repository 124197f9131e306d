import { FIGURE_ORDERS, type FigureOrder, SHELVES, type Shelf } from '#core/figures/article-figures.ts';

/** What the address of the list asks for. */
export interface AskedOfArticles {
  /** Words of titles, as typed. */
  words: string;
  shelf: Shelf;
  order: FigureOrder;
}

/** What makes no sense asks for nothing. */
export function askedOfArticles({ searchParams }: URL): AskedOfArticles {
  return {
    words: (searchParams.get('q') ?? '').trim().slice(0, 200).toWellFormed(),
    shelf: SHELVES.find((one) => one === searchParams.get('shelf')) ?? 'published',
    order: FIGURE_ORDERS.find((one) => one === searchParams.get('sort')) ?? 'published',
  };
}

/** The address of the first page of a list that asks for the same but for what is given. */
export function articlesPath(asked: AskedOfArticles, change: Partial<AskedOfArticles> = {}): string {
  const { words, shelf, order } = { ...asked, ...change };
  const query = new URLSearchParams();
  if (words !== '') query.set('q', words);
  if (shelf !== 'published') query.set('shelf', shelf);
  else if (order !== 'published') query.set('sort', order);
  return query.size > 0 ? `/desk/articles/?${query}` : '/desk/articles/';
}
