import Database from 'better-sqlite3';

/** Confirmed readers of the weekly digest, `r0@domain-0.test` on; rows alone, as fast as they go in. */
export function addManyReaders(
  file: string,
  count: number,
  { domains = 20, topics = [''] }: { domains?: number; topics?: string[] } = {},
): void {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  const insert = database.prepare(
    `insert into subscriber (id, email, email_key, domain, cadence, topics, alerts, state, asked, created_at, confirmed_at)
     values (@id, @email, @email, @domain, 'weekly', @topics, 0, 'confirmed', 0, @at, @at)`,
  );
  const at = '2026-11-01T08:00:00.000Z';
  database.transaction(() => {
    for (let n = 0; n < count; n++) {
      const domain = `domain-${n % domains}.test`;
      const email = `r${n}@${domain}`;
      insert.run({ id: `r${n.toString(36)}`, email, domain, topics: topics[n % topics.length], at });
    }
  })();
  database.close();
}
