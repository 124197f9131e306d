import { mkdirSync } from 'node:fs';
import { migrate } from '#db/migrate.ts';
import { Library } from './articles/library.ts';
import { Pictures } from './articles/pictures/pictures.ts';
import { LibraryIndex } from './articles/search/library-index.ts';
import { SharePictures } from './articles/share-picture/share-pictures.ts';
import { Views } from './articles/views.ts';
import { hurryComments } from './comments/check-comment.ts';
import { commentLetterMaker, isCommentLetter } from './comments/letters/comment-letters.ts';
import { PolicyReports } from './desk/policy-reports.ts';
import { hooksOf } from './edition-sender.ts';
import { editionLetters } from './editions/edition-letters.ts';
import { houseOf } from './editions/house.ts';
import { letterMaker } from './editions/letter-for.ts';
import { ProgressWatch } from './editions/progress.ts';
import { ReadersLately } from './editions/readers-lately.ts';
import { SnsTopic } from './mail/bounces/sns-topic.ts';
import { type LetterFor, Sender } from './mail/deliver.ts';
import { type DkimSigner, readDkimSigner } from './mail/dkim.ts';
import { KeptLetters } from './mail/kept-letters.ts';
import { composed } from './mail/ready-letter.ts';
import { relayFor } from './mail/relay-for.ts';
import { type Clock, DAY, systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Db, type Engine, openDatabase } from './platform/db.ts';
import { Limits, RATES } from './platform/limits.ts';
import { createLog, type Log } from './platform/log.ts';
import { PageChanges } from './platform/page-changes.ts';
import type { Parts } from './platform/parts.ts';
import { Remembered } from './platform/remembered.ts';
import { readOrMakeSecret } from './platform/tokens.ts';
import { Akismet } from './spam/akismet.ts';
import { FilterWatch } from './spam/filter-watch.ts';
import { allowLinksOfNewSecret } from './subscribers/letter-links.ts';
import { Live } from './today/live.ts';
import { requireWhole } from './upkeep/unfinished-restore.ts';

/** The parts of Watchpost, put together once; handed to every use case as its first argument. */
export interface App extends Parts {
  library: Library;
  pictures: Pictures;
  sharePictures: SharePictures;
  /** What search asks; it follows the library once a server tells it to. */
  index: LibraryIndex;
  views: Views;
  changes: PageChanges;
  policyReports: PolicyReports;
  /** Absent without an AKISMET_KEY: strangers' comments are held for a person. */
  spam: FilterWatch | undefined;
  sender: Sender;
  /** How far editions are, for all who look on. */
  progress: ProgressWatch;
  live: Live;
  /** Letters that are kept as files. */
  kept: KeptLetters;
  /** To how many each alert or letter would go that waits for a word. */
  readerCounts: Remembered<number>;
  readersLately: ReadersLately;
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
  requireWhole(config.dataDir);
  const dkim = config.dkim && readDkimSigner(config.dkim);
  const secret = readOrMakeSecret(config.dataDir);
  const { db, engine } = given.database ?? openDatabase(config, log);
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
  const progress = new ProgressWatch(parts);
  return {
    ...parts,
    library,
    pictures,
    sharePictures: new SharePictures({ ...parts, library, pictures }),
    index: new LibraryIndex({ dataDir: config.dataDir, library, log }),
    views: new Views(parts),
    changes: new PageChanges(db),
    policyReports: new PolicyReports(parts),
    spam: config.akismet && watchedAkismet(parts, config.akismet),
    sns: config.sesTopicArn === undefined ? undefined : new SnsTopic({ arn: config.sesTopicArn, clock }),
    sender: newSender({ ...parts, library }, dkim),
    progress,
    live: new Live(parts, progress),
    kept: new KeptLetters(config.dataDir),
    readersLately: new ReadersLately(),
    readerCounts: new Remembered<number>({ restShare: 200, staleMs: DAY }),
  };
}

/** Akismet, watched; comments that wait are asked about as soon as it answers again. */
function watchedAkismet(parts: Parts, settings: NonNullable<Config['akismet']>): FilterWatch {
  const akismet = new Akismet({ ...settings, blog: parts.siteUrl });
  return new FilterWatch(parts, akismet, () => hurryComments(parts));
}

function newSender(parts: Parts & { library: Library }, dkim: DkimSigner | undefined): Sender {
  return new Sender(parts, {
    relay: relayFor(parts.config),
    letterFor: everyLetter(parts, dkim),
    hooks: hooksOf(parts),
  });
}

/** Makes the letter of any row of the outbox. */
function everyLetter(parts: Parts & { library: Library }, dkim: DkimSigner | undefined): LetterFor {
  const ofComments = commentLetterMaker(parts);
  const ofSubscribers = letterMaker(parts);
  const { library, siteUrl } = parts;
  const ofEditions = editionLetters({ ...parts, houseNow: async () => houseOf(library.site, siteUrl) }, dkim);
  const single = composed(
    (delivery) => (isCommentLetter(delivery) ? ofComments(delivery) : ofSubscribers(delivery)),
    parts,
    dkim,
  );
  return (delivery) => (delivery.edition_id === null ? single(delivery) : ofEditions(delivery));
}

/** Ends what is under way, then closes; nothing may use the app afterwards. */
export async function closeApp(app: App): Promise<void> {
  app.live.close();
  await Promise.allSettled(app.background);
  app.library.close();
  app.pictures.makers.close();
  await app.index.close();
  await app.views.close();
  await app.policyReports.flush();
  app.changes.stop();
  app.sender.close();
  await app.db.destroy();
}
