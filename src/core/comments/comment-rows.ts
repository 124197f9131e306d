import type { Db } from '../platform/db.ts';
import type { SafeHtml } from '../platform/safe-html.ts';
import type { PublishedComment } from './comment.ts';

/** The published comments of an article, oldest first. */
export async function publishedComments({ db }: { db: Db }, article: string): Promise<PublishedComment[]> {
  const rows = await db
    .selectFrom('comment')
    .select(['id', 'parent_id as parent', 'name', 'website', 'html', 'created_at as at'])
    .where('article', '=', article)
    .where('state', '=', 'published')
    .orderBy('id')
    .execute();
  return rows.map((row, index) => ({ ...row, html: row.html as SafeHtml, number: index + 1 }));
}
