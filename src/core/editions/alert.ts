import { type Article, SEVERITIES, type Severity } from '../articles/article.ts';

/** What an alert is about: an article, or what became known of it since. */
export interface AlertSubject {
  article: Article & { severity: Severity };
  /** The newest update, where that is what is told. */
  update?: { at: string; text: string } | undefined;
}

/** How far a reader's wish for alerts must go to hear of a severity: 1 critical, 2 high, 3 medium, 4 low. */
export function alertRank(severity: Severity): number {
  return SEVERITIES.length - SEVERITIES.indexOf(severity);
}

/** Told of once: an article by its slug, each of its updates by its time too. */
export function subjectKey({ article, update }: AlertSubject): string {
  return update ? `${article.slug}#${update.at}` : article.slug;
}
