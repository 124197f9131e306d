import { mkdirSync } from 'node:fs';
import { migrate } from '#db/migrate.ts';
import { Library } from './articles/library.ts';
import { Pictures } from './articles/pictures/pictures.ts';
import { LibraryIndex } from './articles/search/library-index.ts';
import { SharePictures } from './articles/share-picture/share-pictures.ts';
import { Views } from './articles/views.ts';
import { hurryComments } from './comments/check-comment.ts';
import { commentLetterMaker, isCommentLetter } from './comments/letters/comment-letters.ts';
import { editionLetters } from './editions/edition-letters.ts';
import { letterMaker } from './editions/letter-for.ts';
import { pauseIfSending } from './editions/move-edition.ts';
import { SnsTopic } from './mail/bounces/sns-topic.ts';
import { type LetterFor, Sender, type SenderHooks } from './mail/deliver.ts';
import { type DkimSigner, readDkimSigner } from './mail/dkim.ts';
import { composed } from './mail/ready-letter.ts';
import { relayFor } from './mail/relay-for.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Db, type Engine, openDatabase } from './platform/db.ts';
import { isOurInstance } from './platform/instance.ts';
import { Limits, RATES } from './platform/limits.ts';
import { createLog, type Log } from './platform/log.ts';
import { PageChanges } from './platform/page-changes.ts';
import type { Parts } from './platform/parts.ts';
import { readOrMakeSecret } from './platform/tokens.ts';
import { Akismet } from './spam/akismet.ts';
import { FilterWatch } from './spam/filter-watch.ts';
import { allowLinksOfNewSecret } from './subscribers/letter-links.ts';
import { takeSmtpBounce } from './subscribers/take-bounce.ts';

/** The parts of Watchpost, put together once; handed to every use case as its first argument. */
export interface App extends Parts {
  library: Library;
  pictures: Pictures;
  sharePictures: SharePictures;
  /** What search asks; it follows the library once a server tells it to. */
  index: LibraryIndex;
  views: Views;
  changes: PageChanges;
  /** Absent without an AKISMET_KEY: strangers' comments are held for a person. */
  spam: FilterWatch | undefined;
  sender: Sender;
  /** Absent without SES_TOPIC_ARN. */
  sns: SnsTopic | undefined;
}

/** Parts that a caller has its own of: tests their clock and database, commands a quieter log. */
export interface GivenParts {
  clock?: Clock;
  log?: Log;
  database?: { db: Db; engine: Engine };
}

/** Opens everything and brings the database to the newest form. */
export async function openApp(config: Config, given: GivenParts = {}): Promise<App> {
  const clock = given.clock ?? systemClock;
  const log = given.log ?? createLog(config.logLevel);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const dkim = config.dkim && readDkimSigner(config.dkim);
  const secret = readOrMakeSecret(config.dataDir);
  const { db, engine } = given.database ?? openDatabase(config);
  const { siteUrl } = config;
  const parts: Parts = {
    config,
    siteUrl,
    db,
    engine,
    clock,
    log,
    secret,
    limits: new Limits(clock, RATES),
    background: new Set(),
  };
  const migrated = await migrate(db, engine);
  if (migrated.length > 0) log.info('database.migrated', { migrations: migrated });
  await allowLinksOfNewSecret(parts);
  const library = new Library({ contentDir: config.contentDir, clock, log });
  const pictures = new Pictures({ ...parts, library });
  return {
    ...parts,
    library,
    pictures,
    sharePictures: new SharePictures({ ...parts, library, pictures }),
    index: new LibraryIndex({ dataDir: config.dataDir, library, log }),
    views: new Views(parts),
    changes: new PageChanges(db),
    spam: config.akismet && watchedAkismet(parts, config.akismet),
    sns: config.sesTopicArn === undefined ? undefined : new SnsTopic({ arn: config.sesTopicArn, clock }),
    sender: newSender({ ...parts, library }, dkim),
  };
}

/** Akismet, watched; comments that wait are asked about as soon as it answers again. */
function watchedAkismet(parts: Parts, settings: NonNullable<Config['akismet']>): FilterWatch {
  const akismet = new Akismet({ ...settings, blog: parts.siteUrl });
  return new FilterWatch(parts, akismet, () => hurryComments(parts));
}

/**
 * The same for who sends and does nothing else, such as a thread of the server, in a database that is in its newest form
 * already.
 *
 * @param owner the name that the sender's rows are held under
 */
export function openSender(
  config: Config,
  owner: string,
  given: GivenParts = {},
): { sender: Sender; log: Log; close(): Promise<void> } {
  const clock = given.clock ?? systemClock;
  const log = given.log ?? createLog(config.logLevel);
  const { db, engine } = given.database ?? openDatabase(config);
  const secret = readOrMakeSecret(config.dataDir);
  const limits = new Limits(clock, RATES);
  const { siteUrl } = config;
  const parts = { config, siteUrl, db, engine, clock, log, secret, limits, background: new Set([]) };
  // What is sent was frozen when its edition started: of the library only the site's own facts are asked.
  const library = new Library({ contentDir: config.contentDir, clock, log });
  const sender = newSender({ ...parts, library }, config.dkim && readDkimSigner(config.dkim), owner);
  const close = async () => {
    library.close();
    sender.close();
    await db.destroy();
  };
  return { sender, log, close };
}

function newSender(
  parts: Parts & { library: Library },
  dkim: DkimSigner | undefined,
  owner?: string,
): Sender {
  const { config } = parts;
  const letterFor = everyLetter(parts, dkim);
  return new Sender(parts, {
    relay: relayFor(config),
    letterFor,
    hooks: hooksOf(parts),
    ...(owner === undefined ? {} : { owner }),
  });
}

/** What the sender asks of editions and tells readers' records; too many bounces are seen by `watchEditions`. */
function hooksOf(parts: Parts): SenderHooks {
  return {
    maySendEditions: () => isOurInstance(parts),
    onBounce: async (delivery, reply) => void (await takeSmtpBounce(parts, delivery, reply)),
    onFault: async (edition, reason) => void (await pauseIfSending(parts, edition, reason)),
  };
}

/** Makes the letter of any row of the outbox. */
function everyLetter(parts: Parts & { library: Library }, dkim: DkimSigner | undefined): LetterFor {
  const ofComments = commentLetterMaker(parts);
  const ofSubscribers = letterMaker(parts);
  const ofEditions = editionLetters(parts, dkim);
  const single = composed(
    (delivery) => (isCommentLetter(delivery) ? ofComments(delivery) : ofSubscribers(delivery)),
    parts,
    dkim,
  );
  return (delivery) => (delivery.edition_id === null ? single(delivery) : ofEditions(delivery));
}

/** Ends what is under way, then closes; nothing may use the app afterwards. */
export async function closeApp(app: App): Promise<void> {
  await Promise.allSettled(app.background);
  app.library.close();
  app.pictures.makers.close();
  await app.index.close();
  await app.views.close();
  app.changes.stop();
  app.sender.close();
  await app.db.destroy();
}
