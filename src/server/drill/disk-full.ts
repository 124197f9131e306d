import path from 'node:path';
import type { App } from '#core/app.ts';
import { commentOfReceipt } from '#core/comments/receipt.ts';
import { makeRecoveryCodes } from '#core/desk/recovery-codes.ts';
import { personAt } from '#core/desk/sessions.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { sqliteFile } from '#core/platform/db.ts';
import { keepReserve, NoRoom, reserveFile, withReserve } from '#core/platform/reserve.ts';
import { SmallDisk } from '#core/platform/small-disk.ts';
import { commentOn, openArticle, receiptIn } from './comment-on.ts';
import type { Play } from './play.ts';
import type { OpenStage } from './scene.ts';
import type { Stage } from './stage.ts';
import type { Visitor } from './visitor.ts';

const BEFORE = 'Written while there was room, and kept.';
const DURING = 'Written while there was none: it must not be gone from the page.';

/** Nothing can be written any more: what can be read, what is said to whoever writes, who gets in; then there is room. */
export async function diskFull(play: Play, open: OpenStage): Promise<void> {
  let disk: SmallDisk | undefined;
  const stage = await open((dataDir) => {
    disk = new SmallDisk(path.join(dataDir, sqliteFile), reserveFile(dataDir));
    return { database: { db: disk.db, engine: 'sqlite' } };
  });
  if (!disk) throw new Error('The stage was opened without its disk.');
  const { app } = stage;
  keepReserve(app); // as every server does at its start
  const article = openArticle(app);
  const reader = stage.visitor();
  const before = await commentOn(stage, reader, article, BEFORE);
  await stage.visitor().post('/newsletter/', { email: 'early@drill.invalid', cadence: 'weekly' });
  const code = await recoveryCode(app);
  const writer = await stage.writer();

  disk.fill();
  play.did('The disk of the scratch copy was filled: SQLite refused everything that had to be written.');
  await readingGoesOn(play, stage, article.path);
  const during = await commentOn(stage, reader, article, DURING);
  play.must(
    'A comment is answered with “not now” (503), and what was typed stays on the page.',
    isKept(during.sent, DURING),
  );
  play.must('The page says that there is no room.', during.sent.html.includes('no room left'));
  play.saw('readers', 'A reader commented.', during.sent);
  const typed = 'newcomer@drill.invalid';
  const signUp = await stage.visitor().post('/newsletter/', { email: typed, cadence: 'weekly' });
  play.must('A sign-up is answered so too, and the address stays in the form.', isKept(signUp, typed));
  play.saw('readers', 'A newcomer signed up.', signUp);
  await lettersWait(play, app, await deliveryCounts(app.db));
  await waysInWork(play, stage, writer, code);

  disk.makeRoom();
  play.did('Room was made.');
  const after = await commentOn(stage, reader, article, DURING);
  play.must('The comment could be sent again, and was taken.', after.sent.status === 303);
  const first = await commentOfReceipt(app, receiptIn(before.sent));
  const again = await commentOfReceipt(app, receiptIn(after.sent));
  play.must('Nothing that was written before is lost.', first?.body === BEFORE && again?.body === DURING);
  while ((await app.sender.sendDue('single')) > 0);
  const { sent = 0, queued = 0, deferred = 0 } = await deliveryCounts(app.db);
  play.must('The letters that waited went out.', sent > 0 && queued + deferred === 0);
}

/** What sends them writes each step down first, so that nothing is sent of which nothing would be known. */
async function lettersWait(play: Play, app: App, before: Counts): Promise<void> {
  const outcome = await app.sender.sendDue('single').then(
    (settled) => (settled === 0 ? 'waits' : 'sent'),
    (error: unknown) => {
      if (!(error instanceof NoRoom)) throw error;
      return 'waits';
    },
  );
  const after = await deliveryCounts(app.db);
  const isSame = before.queued !== undefined && JSON.stringify(before) === JSON.stringify(after);
  play.must('Letters that waited go on waiting.', outcome === 'waits' && isSame);
}

type Counts = Awaited<ReturnType<typeof deliveryCounts>>;

function isKept({ status, html }: { status: number; html: string }, typed: string): boolean {
  return status === 503 && html.includes(typed);
}

async function recoveryCode(app: App): Promise<string> {
  const token = new URL(await deskLink(app)).pathname.split('/').at(-2) ?? '';
  const owner = await personAt(
    app,
    await signInByLink(app, token, { network: '127.0.0.1', device: 'A device' }),
  );
  const [code = ''] = owner ? await makeRecoveryCodes(app, owner) : [];
  return code;
}

async function readingGoesOn(play: Play, stage: Stage, articlePath: string): Promise<void> {
  const reader = stage.visitor();
  const pages = await Promise.all(
    ['/', articlePath, '/articles/', '/newsletter/', '/rss.xml'].map((one) => reader.get(one)),
  );
  play.must(
    'The home page, articles, lists and feeds can be read.',
    pages.every(({ status }) => status === 200),
  );
}

/** A session goes on; a new one has to be written, and gets the room that is kept for it. */
async function waysInWork(play: Play, stage: Stage, writer: Visitor, code: string): Promise<void> {
  const { app } = stage;
  stage.clock.advance(120_000); // so that the session's last use would be written down anew
  const desk = await writer.get('/desk/comments/');
  play.must('Whoever is signed in can read the desk.', desk.status === 200);
  const fresh = stage.visitor();
  const byCode = await fresh.send('/desk/sign-in/', { code, to: '/desk/' });
  play.must(
    'A recovery code signs in: the room that is kept for it is given up.',
    byCode.sent.status === 303,
  );
  play.saw('writer', 'The writer signed in by a recovery code.', byCode.shown);
  const link = new URL(await withReserve(app, () => deskLink(app))).pathname;
  const { sent, shown } = await stage.visitor().send(link, {});
  play.must('The console link signs in.', sent.status === 303 && shown.status === 200);
  play.saw('writer', 'The writer signed in by a link of the console.', shown);
}
