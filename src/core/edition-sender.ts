import { editionLetters } from './editions/edition-letters.ts';
import { type House, houseOf } from './editions/house.ts';
import { pauseIfSending } from './editions/move-edition.ts';
import { Sender, type SenderHooks } from './mail/deliver.ts';
import { readDkimSigner } from './mail/dkim.ts';
import { relayFor } from './mail/relay-for.ts';
import { noteRelay } from './mail/relay-health.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Db, type Engine, openDatabase } from './platform/db.ts';
import { isOurInstance } from './platform/instance.ts';
import { Limits, RATES } from './platform/limits.ts';
import { createLog, type Log } from './platform/log.ts';
import type { Parts } from './platform/parts.ts';
import { readOrMakeSecret } from './platform/tokens.ts';
import { takeSmtpBounce } from './subscribers/take-bounce.ts';

/**
 * What sends letters of editions and does nothing else, such as a thread of the server, needs; in a database that is in
 * its newest form already. It reads no content: what is sent was frozen when its edition started.
 *
 * @param owner the name that the sender's rows are held under
 */
export function openEditionSender(
  config: Config,
  owner: string,
  given: { clock?: Clock; log?: Log; database?: { db: Db; engine: Engine } } = {},
): { sender: Sender; parts: Parts; close(): Promise<void> } {
  const clock = given.clock ?? systemClock;
  const log = given.log ?? createLog(config.logLevel);
  const { db, engine } = given.database ?? openDatabase(config, log);
  const secret = readOrMakeSecret(config.dataDir);
  const limits = new Limits(clock, RATES);
  const { siteUrl } = config;
  const parts: Parts = { config, siteUrl, db, engine, clock, log, secret, limits, background: new Set() };
  const letterFor = editionLetters(
    { ...parts, houseNow: () => houseFromContent(parts) },
    config.dkim && readDkimSigner(config.dkim),
  );
  const sender = new Sender(parts, { relay: relayFor(config), letterFor, hooks: hooksOf(parts), owner });
  const close = async () => {
    sender.close();
    await db.destroy();
  };
  return { sender, parts, close };
}

/** What a sender asks of editions and tells readers' records; too many bounces are seen by `watchEditions`. */
export function hooksOf(parts: Parts): SenderHooks {
  return {
    maySendEditions: () => isOurInstance(parts),
    onBounce: async (delivery, reply) => void (await takeSmtpBounce(parts, delivery, reply)),
    onFault: async (edition, reason) => void (await pauseIfSending(parts, edition, reason)),
    onRelay: (news) => noteRelay(parts, news),
  };
}

/** Only an old edition asks for it; the library's code alone is megabytes. */
async function houseFromContent({ config, siteUrl, clock, log }: Parts): Promise<House> {
  const { Library } = await import('./articles/library.ts');
  const library = new Library({ contentDir: config.contentDir, clock, log });
  try {
    return houseOf(library.site, siteUrl);
  } finally {
    library.close();
  }
}
