import type { TestContext } from 'node:test';
import type { DeliveryState } from '#db/schema.ts';
import { openTestApp, type TestApp, type TestAppOptions, writeArticle } from './test-app.ts';

/** Tuesday, 09:00 UTC. */
const NOW = '2026-11-24T09:00:00.000Z';

/** An app with one story on it, `one`, about the cloud, published the day before. */
export async function openNewsroom(t: TestContext, options: TestAppOptions = {}): Promise<TestApp> {
  const app = await openTestApp(t, { now: NOW, ...options });
  publish(app, 'one', { published: '2026-11-23T08:00:00Z', topics: ['cloud'] });
  return app;
}

/** Published this moment where `fields` do not say when. */
export function publish(app: TestApp, slug: string, fields: Record<string, unknown> = {}): void {
  writeArticle(app.config.contentDir, slug, { published: app.clock.now().toISOString(), ...fields });
  app.library.reload();
}

/** What each reader has been told by an edition, letters that were taken back left out: `ann@example.org: two, one`. */
export async function told(app: TestApp, edition: string): Promise<string[]> {
  const rows = await app.db
    .selectFrom('delivery')
    .innerJoin('edition_variant', 'edition_variant.id', 'delivery.variant_id')
    .select(['recipient', 'edition_variant.stories'])
    .where('delivery.edition_id', '=', edition)
    .where('delivery.state', '<>', 'skipped')
    .orderBy('recipient')
    .execute();
  return rows.map(
    ({ recipient, stories }) => `${recipient}: ${(JSON.parse(stories) as string[]).join(', ')}`,
  );
}

/** Brings one letter of an edition into a state, as if a sender had. */
export async function setLetter(
  app: TestApp,
  edition: string,
  recipient: string,
  state: DeliveryState,
): Promise<void> {
  await app.db
    .updateTable('delivery')
    .set({ state })
    .where('edition_id', '=', edition)
    .where('recipient', '=', recipient)
    .execute();
}
