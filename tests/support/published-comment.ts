import { insertComment } from '#core/comments/comment-rows.ts';
import { pictureName } from '#core/comments/commenter-picture.ts';
import { countPublished } from '#core/comments/discussion-rows.ts';
import { commentHtml } from '#core/comments/markup/comment-markup.ts';
import { systemClock } from '#core/platform/clock.ts';
import { openDatabase, type Trx } from '#core/platform/db.ts';
import { recordPageChange } from '#core/platform/page-changes.ts';

/** A comment as it would stand there after a day: numbered, counted, with its writer's picture. */
export async function insertPublished(
  trx: Trx,
  {
    article,
    name,
    body,
    website = null,
    parent = null,
    at,
  }: {
    article: string;
    name: string;
    body: string;
    website?: string | null;
    parent?: number | null;
    at: string;
  },
): Promise<number> {
  const email = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.org`;
  return insertComment(trx, {
    article,
    number: await countPublished(trx, article, true),
    parent_id: parent,
    ...{
      name,
      name_key: name.toLowerCase(),
      email,
      email_key: email,
      website,
      body,
      html: commentHtml(body),
    },
    ...{ state: 'published', reason: 'moderator', notify: 0, picture: pictureName(SECRET, email) },
    created_at: at,
  });
}

/** What a reader wrote; `reply` is the id of the comment that it answers. */
export interface Written {
  name: string;
  body: string;
  website?: string | null;
  reply?: number | null;
}

/** Publishes comments under an article of a site that runs, by its database; their ids. Its pages hear of it. */
export async function publishBeside(
  { dataDir }: { dataDir: string },
  article: string,
  comments: readonly Written[],
): Promise<number[]> {
  const { db } = openDatabase({ dataDir });
  try {
    return await db.transaction().execute(async (trx) => {
      const ids: number[] = [];
      for (const { name, body, website = null, reply = null } of comments) {
        const at = new Date().toISOString();
        ids.push(await insertPublished(trx, { article, name, body, website, parent: reply, at }));
      }
      await recordPageChange(trx, systemClock, [`comments:${article}`]);
      return ids;
    });
  } finally {
    await db.destroy();
  }
}

const SECRET = Buffer.alloc(32, 7);
