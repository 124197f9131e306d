import type { Article, Severity } from '../articles/article.ts';

/** What an alert is about: an article, or what became known of it since. */
export interface AlertSubject {
  article: Article & { severity: Severity };
  /** The newest update, where that is what is told. */
  update?: { at: string; text: string } | undefined;
}

/** Told of once: an article by its slug, each of its updates by its time too. */
export function subjectKey({ article, update }: AlertSubject): string {
  return update ? `${article.slug}#${update.at}` : article.slug;
}
