import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { rulesFrom } from '#core/articles/comment-rules.ts';
import { moderateComment } from '#core/comments/moderation/moderate-comment.ts';
import { rehearse } from '#core/comments/moderation/rehearse.ts';
import { postComment } from '#core/comments/post-comment.ts';
import { DAY } from '#core/platform/clock.ts';
import { startAkismetFake } from '../support/akismet-fake.ts';
import { openTestApp, type TestApp, writeArticle } from '../support/test-app.ts';

async function playedSite(t: TestContext): Promise<TestApp> {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  fake.spamWhen = ({ comment_content }) => /casino/.test(comment_content ?? '');
  const app = await openTestApp(t, { env: { AKISMET_KEY: fake.key, AKISMET_URL: fake.url } });
  writeArticle(app.config.contentDir, 'one');
  app.library.reload();
  await post(app, 'Ann', 'My first words here.');
  await moderateComment(app, 1, 'approve', 'owner');
  await post(app, 'Ann', 'See https://one.example/ on the patch.');
  await post(app, 'Ben', 'A stranger says hello.');
  await post(app, 'Cleo', 'The best casino');
  return app;
}

async function post(app: TestApp, name: string, body: string): Promise<void> {
  const person = { name, email: `${name}@example.org`, website: '', parent: '', notify: false, honeypot: '' };
  await postComment(app, {
    article: 'one',
    body,
    network: '192.0.2.7',
    userAgent: '',
    referrer: '',
    ...person,
  });
  await Promise.all(app.background);
}

function changed(app: TestApp, ...changes: string[]) {
  const read = rulesFrom(app.library.site.comments, undefined, changes);
  assert.ok('rules' in read, JSON.stringify(read));
  return read.rules;
}

test('a rehearsal with the rules of now finds no difference, and changes nothing', async (t) => {
  const app = await playedSite(t);
  const before = await app.db.selectFrom('comment').selectAll().execute();
  const { comments, now, changed: other, differences } = await rehearse(app, changed(app), 90);
  assert.deepEqual([comments, now, differences], [4, { held: 2, published: 1, spam: 1 }, []]);
  assert.deepEqual(other, now);
  assert.deepEqual(await app.db.selectFrom('comment').selectAll().execute(), before);
});

test('a changed rule is told by each comment that it would have moved, and why', async (t) => {
  const app = await playedSite(t);
  const moves = async (...changes: string[]) =>
    (await rehearse(app, changed(app, ...changes), 90)).differences.map(
      ({ comment, now, changed: to, reason }) => [comment.id, now, to, reason],
    );
  assert.deepEqual(await moves('maxLinks=0'), [[2, 'published', 'held', 'links']]);
  assert.deepEqual(await moves('holdFirst=false'), [
    [1, 'held', 'published', 'filter-ham'],
    [3, 'held', 'published', 'filter-ham'],
  ]);
  assert.deepEqual(await moves('block.domains=one.example'), [[2, 'published', 'spam', 'blocked']]);
  assert.deepEqual(await moves('hold.networks=192.0.2.0/24'), [[2, 'published', 'held', 'listed']]);
  assert.deepEqual((await moves('closeAfterDays=1')).length, 4);
});

test('comments from before the days that were asked for are left out', async (t) => {
  const app = await playedSite(t);
  app.clock.advance(40 * DAY);
  assert.equal((await rehearse(app, changed(app), 30)).comments, 0);
});

test('rules that cannot be are named, whether from a file or by a word', (t) => {
  return openTestApp(t).then((app) => {
    const now = app.library.site.comments;
    const problemsOf = (file: string | undefined, ...changes: string[]) => {
      const read = rulesFrom(now, file, changes);
      return 'problems' in read ? read.problems.join() : '';
    };
    assert.match(problemsOf(undefined, 'maxLinks=many'), /maxLinks/);
    assert.match(problemsOf(undefined, 'maxLink=1'), /no rule "maxLink"/);
    assert.match(problemsOf(undefined, 'maxLinks'), /should be like/);
    assert.match(problemsOf(undefined, 'hold.networks=nowhere'), /hold\.networks/);
    assert.match(problemsOf('title: x'), /comments:/);
    assert.match(problemsOf('comments: [', ''), /YAML/);
    assert.equal(problemsOf('comments: { maxLinks: 5 }'), '');
  });
});
