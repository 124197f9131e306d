import Database from 'better-sqlite3';

/** So many published comments, a hundred under each of many articles; rows alone, as fast as they go in. */
export function addComments(file: string, count: number): void {
  const database = new Database(file);
  const comment = database.prepare(
    `insert into comment (article, number, name, name_key, email, email_key, body, html, state, reason, notify, created_at, cluster)
     values (?, ?, ?, ?, ?, ?, ?, ?, 'published', 'moderator', 0, ?, ?)`,
  );
  const event = database.prepare(
    `insert into comment_event (comment_id, at, actor, state, reason) values (?, ?, 'commenter', 'published', 'moderator')`,
  );
  const discussion = database.prepare(
    'insert into discussion (article, published, last_number) values (?, 100, 100)',
  );
  const at = '2024-01-01T00:00:00.000Z';
  database.transaction(() => {
    for (let n = 0; n < count; n++) {
      const article = `story-${Math.floor(n / 100)}`;
      const name = `reader ${n % 50_000}`;
      const body = `Remark ${n}: we saw the same, and it took us most of a day.`;
      const { lastInsertRowid } = comment.run(
        ...[article, (n % 100) + 1, name, name, `${name}@example.org`, `${name}@example.org`],
        ...[body, `<p>${body}</p>`, at, `c${n}`],
      );
      event.run(lastInsertRowid, at);
      if (n % 100 === 0) discussion.run(article);
    }
  })();
  database.close();
}
