import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { settingValue, writeSetting } from '../platform/settings.ts';
import { deleteTokens, insertTokens } from '../platform/token-rows.ts';
import { derivedToken, secretFingerprint } from '../platform/tokens.ts';
import { confirmedIds } from './subscriber-rows.ts';
import { suppressByNewSecret } from './suppression.ts';
import { suppressionCounts } from './suppression-rows.ts';

const PURPOSES = ['preferences', 'unsubscribe', 'comment'] as const;

/** The addresses that stand in every letter to a subscriber: the same in each, so that an old letter's work too. */
export function letterLinks(
  { secret, siteUrl }: Pick<Parts, 'secret' | 'siteUrl'>,
  subscriberId: string,
): Record<(typeof PURPOSES)[number], string> {
  const link = (purpose: (typeof PURPOSES)[number]) =>
    new URL(`/newsletter/${purpose}/${derivedToken(secret, purpose, subscriberId)}/`, siteUrl).href;
  return { preferences: link('preferences'), unsubscribe: link('unsubscribe'), comment: link('comment') };
}

/** Makes those addresses good. */
export async function allowLetterLinks(
  db: Db | Trx,
  secret: Buffer,
  subscriberId: string,
  now: string,
): Promise<void> {
  await allowLinksOf(db, secret, [subscriberId], now);
}

/** The same for many at once. */
export async function allowLinksOf(
  db: Db | Trx,
  secret: Buffer,
  subscriberIds: readonly string[],
  now: string,
): Promise<void> {
  const tokens = subscriberIds.flatMap((subject) =>
    PURPOSES.map((purpose) => ({ purpose, token: derivedToken(secret, purpose, subject), subject })),
  );
  await insertTokens(db, tokens, now);
}

/** Makes them worthless: whose they were is erased. */
export async function disallowLetterLinks(trx: Trx, secret: Buffer, subscriberId: string): Promise<void> {
  const tokens = PURPOSES.map((purpose) => ({
    purpose,
    token: derivedToken(secret, purpose, subscriberId),
  }));
  await deleteTokens(trx, tokens);
}

/**
 * After a restore without the old secret, new letters carry new addresses: they are made good here, while those in
 * letters sent before stay good as well.
 */
export async function allowLinksOfNewSecret({
  db,
  secret,
  clock,
  log,
}: Pick<Parts, 'db' | 'secret' | 'clock' | 'log'>): Promise<void> {
  // Also where letters have begun to carry one more address.
  const fingerprint = `${secretFingerprint(secret)}:${PURPOSES.length}`;
  const known = await settingValue(db, 'secret');
  if (known === fingerprint) return;
  let count = 0;
  if (known !== undefined) {
    for (
      let ids = await confirmedIds(db, '', 500);
      ids.length > 0;
      ids = await confirmedIds(db, ids.at(-1) ?? '', 500)
    ) {
      await db.transaction().execute(async (trx) => {
        await allowLinksOf(trx, secret, ids, isoTime(clock.now()));
      });
      count += ids.length;
    }
    log.warn('links.renewed', { subscribers: count });
  }
  if (known !== undefined && known.split(':')[0] !== secretFingerprint(secret))
    await renewSuppressions({ db, secret, log });
  await writeSetting(db, 'secret', fingerprint);
}

/** Says how many suppressions the new secret cannot read: they guard again only with the old one. */
async function renewSuppressions(parts: Pick<Parts, 'db' | 'secret' | 'log'>): Promise<void> {
  const counts = await suppressionCounts(parts.db);
  const before = counts.reduce((sum, { count }) => sum + count, 0);
  const renewed = await suppressByNewSecret(parts);
  if (before > 0)
    parts.log.warn('suppression.old-secret', { renewed, unreadable: Math.max(0, before - renewed) });
}
