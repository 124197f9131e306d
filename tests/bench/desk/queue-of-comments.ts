import type { Insertable } from 'kysely';
import { commentHtml } from '#core/comments/markup/comment-markup.ts';
import type { Db } from '#core/platform/db.ts';
import type { Schema } from '#db/schema.ts';
import { BLOG_SPAM, SOBER_COMMENTS } from '../../support/comment-samples.ts';

/** So many rows stand in one statement. */
const AT_ONCE = 500;
const START = Date.UTC(2026, 0, 1);

/**
 * Comments in the database as a flood leaves them: `held` of them wait, a tenth in one cluster, others in clusters of
 * three or alone, from a thousand addresses; beside them so many that are published and so many taken for spam.
 */
export async function leaveQueue(
  db: Db,
  counts: { held: number; published: number; spam: number },
): Promise<void> {
  const states = [
    ...Array.from({ length: counts.published }, () => 'published' as const),
    ...Array.from({ length: counts.spam }, () => 'spam' as const),
    ...Array.from({ length: counts.held }, () => 'held' as const),
  ];
  const rows = states.map((state, n) => rowOf(state, n));
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    const ids = await db.insertInto('comment').values(some).returning('id').execute();
    await db
      .insertInto('comment_event')
      .values(
        ids.map(({ id }, place) => ({
          comment_id: id,
          at: some[place]?.created_at ?? '',
          actor: 'filter',
          state: some[place]?.state ?? 'held',
          reason: 'local-signs',
        })),
      )
      .execute();
  }
}

function rowOf(state: 'published' | 'spam' | 'held', n: number): Insertable<Schema['comment']> {
  const sample = state === 'published' ? SOBER_COMMENTS : BLOG_SPAM;
  const body = `${sample[n % sample.length]?.body ?? ''}\n\nNumber ${n} of them.`;
  const name = `Reader ${n % 1000}`;
  const email = `reader-${n % 1000}@example.org`;
  return {
    article: `story-${n % 400}`,
    number: state === 'published' ? Math.floor(n / 400) + 1 : null,
    ...{ name, name_key: name.toLowerCase(), email, email_key: email, website: 'https://shop.example/' },
    ...{ body, html: commentHtml(body), state, reason: 'local-signs', notify: 0, network: '192.0.2.7' },
    verdict: state === 'spam' ? 'spam' : 'ham',
    signs: JSON.stringify([
      { name: 'offer', weight: 2, words: 'Sells something: “cheap viagra online”' },
      { name: 'website', weight: 1, words: 'The website leads deep into a site' },
    ]),
    cluster: n % 10 === 0 ? `flood-${state}` : `c${state}-${Math.floor(n / (n % 2 === 0 ? 3 : 1))}`,
    created_at: new Date(START + n * 60_000).toISOString(),
  };
}
