import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { checkDueComments } from '#core/comments/check-comment.ts';
import { commentById } from '#core/comments/comment-rows.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { forgetOldNetworks } from '#core/comments/forget-networks.ts';
import { forgetOldFeedback, sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { moderateComment, UNDO_MINUTES } from '#core/comments/moderation/moderate-comment.ts';
import { type CommentDraft, postComment } from '#core/comments/post-comment.ts';
import { commentOfReceipt, withdrawComment } from '#core/comments/receipt.ts';
import { DAY, MINUTE } from '#core/platform/clock.ts';
import { type Db, openSqlite } from '#core/platform/db.ts';
import { AppError } from '#core/platform/errors.ts';
import { type AkismetFake, startAkismetFake } from '../support/akismet-fake.ts';
import { DRAFT as THANKS } from '../support/comment-room.ts';
import { openTestApp, type TestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';

const DRAFT: CommentDraft = { ...THANKS, body: 'Thank you, that *helped*.' };

async function newsroom(t: TestContext, env: NodeJS.ProcessEnv = {}, db?: Db): Promise<TestApp> {
  const app = await openTestApp(t, { env, ...(db ? { database: { db, engine: 'sqlite' } } : {}) });
  writeArticle(app.config.contentDir, 'one');
  writeArticle(app.config.contentDir, 'closed', { comments: 'closed' });
  app.library.reload();
  return app;
}

async function withAkismet(t: TestContext): Promise<{ app: TestApp; fake: AkismetFake }> {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  return { fake, app: await newsroom(t, { AKISMET_KEY: fake.key, AKISMET_URL: fake.url }) };
}

/** Each with words of its own: the same twice would not be saved twice. */
let texts = 0;
async function post(app: TestApp, change: Partial<CommentDraft> = {}) {
  const posted = await postComment(app, { ...DRAFT, body: `${DRAFT.body} (${++texts})`, ...change });
  assert.equal(posted.state, 'posted');
  await Promise.all(app.background);
  const comment = await commentOfReceipt(app, posted.receipt);
  assert.ok(comment);
  return comment;
}

test('the first comment of a person is held, later ones appear by themselves', async (t) => {
  const { app } = await withAkismet(t);
  const first = await post(app);
  assert.equal(first.state, 'held');
  assert.equal(first.reason, 'first-comment');
  await moderateComment(app, first.id, 'approve', 'owner');
  assert.equal((await post(app, { body: 'Another one.' })).state, 'published');
  const shown = (await newestComments(app, 'one', 9)).reverse();
  assert.deepEqual(
    shown.map(({ number, name }) => [number, name]),
    [
      [1, 'Ann'],
      [2, 'Ann'],
    ],
  );
  assert.match(shown[0]?.html ?? '', /<em>helped<\/em>/);
});

test('who takes the name of a known commenter, or only their address, is not known', async (t) => {
  const { app } = await withAkismet(t);
  await moderateComment(app, (await post(app)).id, 'approve', 'owner');
  assert.equal((await post(app, { email: 'other@example.org' })).state, 'held');
  assert.equal((await post(app, { name: 'Watchpost desk' })).state, 'held');
});

test('after a restore from a backup, the receipt of a lost comment does not open another', async (t) => {
  const app = await newsroom(t);
  const posted = await postComment(app, DRAFT);
  assert.equal(posted.state, 'posted');
  const { receipt } = posted;
  const restored = await newsroom(t);
  restored.secret = app.secret; // the backup holds it; the comment came later
  const { id } = await post(restored, { name: 'Bob', email: 'bob@example.org' });
  assert.equal(id, (await commentOfReceipt(app, receipt))?.id, 'its row number is given out again');
  assert.equal(await commentOfReceipt(restored, receipt), undefined);
});

test('who is known is known by whatever letters their name is written with', async (t) => {
  const { app } = await withAkismet(t);
  await moderateComment(app, (await post(app, { name: 'Émile Ødegård' })).id, 'approve', 'owner');
  assert.equal((await post(app, { name: 'ÉMILE ØDEGÅRD' })).state, 'published');
  assert.equal((await post(app, { name: 'Emile Odegard' })).state, 'held');
});

test('a correction speaks of the verdict that is there when the moderator decides', async (t) => {
  const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
  const app = await newsroom(t, {}, openSqlite(file));
  const { id } = await post(app);
  const filter = new Database(file);
  t.after(() => filter.close());
  filter.exec('begin immediate');
  const moderating = moderateComment(app, id, 'spam', 'owner');
  for (let n = 0; n < 5; n++) await commentById(app.db, id); // whatever it reads before it writes, it has read by now
  filter.exec(`update comment set verdict = 'ham', checked_fields = '{}'; commit`);
  await moderating;
  const [feedback] = await app.db.selectFrom('spam_feedback').select('kind').execute();
  assert.equal(feedback?.kind, 'spam');
});

test('of what a program types into the trap only the beginning is kept', async (t) => {
  const app = await newsroom(t);
  const { checked_fields } = await post(app, { honeypot: 'x'.repeat(60_000) });
  assert.ok((checked_fields?.length ?? 0) < 2000);
});

test('spam is not shown, and says so on its receipt', async (t) => {
  const { app, fake } = await withAkismet(t);
  fake.spamWhen = () => true;
  const spam = await post(app);
  assert.equal(spam.state, 'spam');
  assert.deepEqual(await newestComments(app, 'one', 9), []);
});

test('a comment survives Akismet being down, and is settled once it is back', async (t) => {
  const { app, fake } = await withAkismet(t);
  for (const mode of ['refuse', 'garbage', 'error'] as const) {
    fake.mode = mode;
    const waiting = await post(app, { name: mode, email: `${mode}@example.org` });
    assert.equal(waiting.state, 'unchecked', mode);
    assert.equal(waiting.reason, 'filter-silent');
  }
  fake.mode = 'normal';
  assert.equal(await checkDueComments(app), 0, 'not before its time');
  app.clock.advance(30 * MINUTE);
  assert.equal(await checkDueComments(app), 1, 'one, to see whether it answers');
  assert.equal(await checkDueComments(app), 2, 'it does: all');
  assert.equal((await commentById(app.db, 1))?.state, 'held');
});

test('one answer after an outage makes all the comments that wait due at once', async (t) => {
  const { app, fake } = await withAkismet(t);
  fake.mode = 'refuse';
  await post(app);
  for (let i = 0; i < 5; i++) {
    app.clock.advance(30 * MINUTE);
    await checkDueComments(app);
  }
  await post(app, { email: 'late@example.org' });
  fake.mode = 'normal';
  app.clock.advance(1.5 * MINUTE); // the late one is due, the other not for most of an hour
  assert.equal(await checkDueComments(app), 1);
  assert.equal(await checkDueComments(app), 1);
});

test('a filter that stays silent for a day leaves the comment to a person', async (t) => {
  const { app, fake } = await withAkismet(t);
  fake.mode = 'refuse';
  const { id } = await post(app);
  app.clock.advance(DAY + MINUTE);
  await checkDueComments(app);
  assert.equal((await commentById(app.db, id))?.state, 'held');
});

test('without a key strangers are held and people we know are published', async (t) => {
  const app = await newsroom(t);
  const first = await post(app);
  assert.deepEqual([first.state, first.reason], ['held', 'no-filter']);
  await moderateComment(app, first.id, 'approve', 'owner');
  assert.equal((await post(app)).state, 'published');
});

test('a filled trap and many links hold a comment, even of somebody we know', async (t) => {
  const { app } = await withAkismet(t);
  await moderateComment(app, (await post(app)).id, 'approve', 'owner');
  assert.equal((await post(app, { honeypot: 'x' })).reason, 'local-signs');
  assert.equal(
    (await post(app, { body: 'https://a.example https://b.example https://c.example' })).reason,
    'links',
  );
});

test('the moderator’s word is told to Akismet only where it erred, with what was judged', async (t) => {
  const { app, fake } = await withAkismet(t);
  const held = await post(app);
  await moderateComment(app, held.id, 'approve', 'owner');
  await sendDueFeedback(app);
  assert.equal(
    fake.requests.filter((request) => request.path !== '/1.1/comment-check').length,
    0,
    'ham approved: nothing to say',
  );
  await moderateComment(app, held.id, 'spam', 'owner');
  await sendDueFeedback(app);
  assert.equal(fake.requests.length, 1, 'not before the time to take it back is over');
  fake.spamWhen = () => true;
  const taken = await post(app, { email: 'bob@example.org', name: 'Bob', body: 'Honest words.' });
  await moderateComment(app, taken.id, 'approve', 'owner');
  app.clock.advance(UNDO_MINUTES * MINUTE);
  await sendDueFeedback(app);
  const corrections = fake.requests.filter((request) => request.path !== '/1.1/comment-check');
  assert.deepEqual(
    corrections.map(({ path, fields }) => [path, fields.comment_content]),
    [
      ['/1.1/submit-spam', held.body],
      ['/1.1/submit-ham', 'Honest words.'],
    ],
  );
});

test('a correction that Akismet does not take is tried again', async (t) => {
  const { app, fake } = await withAkismet(t);
  const { id } = await post(app);
  await moderateComment(app, id, 'spam', 'owner');
  app.clock.advance(UNDO_MINUTES * MINUTE);
  fake.mode = 'error';
  await sendDueFeedback(app);
  fake.mode = 'normal';
  assert.equal(await sendDueFeedback(app), 0, 'not at once');
  app.clock.advance(2 * MINUTE);
  assert.equal(await sendDueFeedback(app), 1);
  assert.equal(await sendDueFeedback(app), 0);
});

test('a correction that Akismet would not take any more is forgotten, a newer one is not', async (t) => {
  const { app, fake } = await withAkismet(t);
  const correct = async (name: string) => {
    fake.mode = 'normal';
    const { id } = await post(app, { name, email: `${name}@example.org` });
    fake.mode = 'error';
    await moderateComment(app, id, 'spam', 'owner');
    await sendDueFeedback(app);
    return id;
  };
  await correct('old');
  app.clock.advance(10 * DAY);
  const newer = await correct('new');
  await forgetOldFeedback(app);
  assert.equal((await app.db.selectFrom('spam_feedback').select('id').execute()).length, 2);
  app.clock.advance(6 * DAY);
  await forgetOldFeedback(app);
  const left = await app.db.selectFrom('spam_feedback').select(['comment_id', 'done_at']).execute();
  assert.deepEqual(left, [{ comment_id: newer, done_at: null }]);
});

test('a decision that changes nothing is a conflict, and a withdrawn comment stays withdrawn', async (t) => {
  const { app } = await withAkismet(t);
  const comment = await post(app);
  await moderateComment(app, comment.id, 'approve', 'owner');
  await assert.rejects(moderateComment(app, comment.id, 'approve', 'owner'), hasCode('conflict'));
  assert.equal(await withdrawComment(app, comment), true);
  assert.equal(await withdrawComment(app, comment), false);
  await assert.rejects(moderateComment(app, comment.id, 'approve', 'owner'), hasCode('conflict'));
  assert.deepEqual(await newestComments(app, 'one', 9), []);
});

test('each wrong field is named, and nothing is saved', async (t) => {
  const app = await newsroom(t);
  const wrong = { name: ' ', email: 'nobody', website: 'javascript:alert(1)', body: '\u200b', parent: '99' };
  await assert.rejects(post(app, wrong), (error: AppError) => {
    assert.deepEqual(Object.keys(error.fields).sort(), ['body', 'email', 'name', 'parent', 'website']);
    return hasCode('invalid')(error);
  });
  await assert.rejects(post(app, { body: 'x'.repeat(5001) }), hasCode('invalid'));
  await assert.rejects(post(app, { article: 'none' }), hasCode('not-found'));
  await assert.rejects(post(app, { article: 'closed' }), hasCode('conflict'));
  assert.equal(await commentById(app.db, 1), undefined);
});

test('after 30 days only a keyed hash is left of the network address', async (t) => {
  const { app } = await withAkismet(t);
  const { id } = await post(app);
  assert.equal(await forgetOldNetworks(app), 0);
  app.clock.advance(31 * DAY);
  assert.equal(await forgetOldNetworks(app), 1);
  const comment = await commentById(app.db, id);
  assert.match(comment?.network ?? '', /^[0-9a-f]{32}$/);
  assert.equal(comment?.user_agent, null);
  assert.doesNotMatch(JSON.stringify(comment), /192\.0\.2\.7/);
});

test('neither the key nor an address stands in the log', async (t) => {
  const { app, fake } = await withAkismet(t);
  fake.mode = 'refuse';
  await post(app);
  const log = JSON.stringify(app.lines);
  assert.doesNotMatch(log, new RegExp(`${fake.key}|ann@example.org|192\\.0\\.2\\.7`));
});

function hasCode(code: AppError['code']) {
  return (error: unknown) => error instanceof AppError && error.code === code;
}
