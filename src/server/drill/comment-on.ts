import type { App } from '#core/app.ts';
import { openness } from '#core/comments/openness.ts';
import { MINUTE } from '#core/platform/clock.ts';
import { NotPlayed } from './play.ts';
import type { Stage } from './stage.ts';
import { type Answer, hiddenField, type Visitor } from './visitor.ts';

/** An article of the site under which comments can be written. */
export function openArticle(app: App): { path: string; title: string } {
  const article = app.library.articles().find((one) => openness(app, one).isOpen);
  if (!article) throw new NotPlayed('No article takes comments now, so none could be written.');
  return article;
}

/** Reads the article for a minute, then sends a comment by its form. */
export async function commentOn(
  { clock }: Pick<Stage, 'clock'>,
  reader: Visitor,
  { path }: { path: string },
  body: string,
): Promise<{ sent: Answer; shown: Answer }> {
  const stamp = hiddenField((await reader.get(path)).html, 'stamp');
  clock.advance(MINUTE);
  return reader.send(`${path}comments/`, { name: 'A reader', email: 'reader@drill.invalid', body, stamp });
}

/** Of a comment's receipt, by its address. */
export function receiptIn({ location }: Answer): string {
  return /\/comments\/([^/]+)\/$/.exec(location)?.[1] ?? '';
}
