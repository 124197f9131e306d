import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerComment } from '#core/comments/moderation/desk-reply.ts';
import { reviewDiscard } from '#core/comments/moderation/discards.ts';
import { sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { historyOf } from '#core/comments/moderation/history.ts';
import { decideComments, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { SIGN_WORDS, signMeaning } from '#core/comments/sign-words.ts';
import { HOUR, MINUTE } from '#core/platform/clock.ts';
import { localSigns } from '#core/spam/local-signs.ts';
import { type Room, scenario } from '../support/comment-room.ts';
import { BLOG_SPAM } from '../support/comment-samples.ts';

const told = async ({ app }: Room, { id }: { id: number }) =>
  (await historyOf(app.db, id)).map(({ at, who, words }) => `${at.slice(11, 16)} ${who} ${words}`);

scenario('what happened to a comment is told in words, with what the filter was told of it', async (room) => {
  const { app, fake } = room;
  fake.spamWhen = () => true;
  const comment = await room.post();
  app.clock.advance(HOUR);
  const { moderation } = await decideComments(app, [comment], 'approve', { moderator: 'Maja' });
  app.clock.advance(5 * MINUTE);
  assert.match(
    (await told(room, comment)).at(-1) ?? '',
    /^10:10 this site the filter is to be told that it is no spam$/,
  );
  app.clock.advance(HOUR);
  assert.equal(await sendDueFeedback(app), 1);
  await undoModeration(app, moderation, 'Jo');
  await decideComments(app, [comment], 'hold', { moderator: 'Jo' });
  assert.deepEqual(
    (await told(room, comment)).filter((line) => !line.includes('is to be told')),
    [
      '09:00 its writer wrote it; it is saved',
      '09:00 the filter and the rules the filter said “spam”; taken for spam: the filter took it for spam',
      '10:00 Maja approved it; taken back later',
      '11:05 Jo took a decision back: taken for spam again, as the filter took it for spam',
      '11:05 Jo put it back among the held ones',
      '11:05 this site the filter was told that it is no spam',
    ],
  );
});

scenario(
  'a change shows what was there before; an answer and a look at what is surely spam are steps',
  async (room) => {
    const { app, fake } = room;
    const comment = await room.post({ body: 'The first words.' });
    app.clock.advance(MINUTE);
    await editComment(app, comment, { body: 'Other words now.', anyway: true, network: '192.0.2.7' });
    await Promise.all(app.background);
    await answerComment(app, { id: comment.id }, 'Thank you.', 'Maja');
    await withdrawComment(app, comment);
    const steps = await historyOf(app.db, comment.id);
    assert.equal(steps.find(({ before }) => before)?.before, 'The first words.');
    assert.deepEqual(steps.map(({ words }) => words).slice(2), [
      'changed it; the new words are looked at anew',
      'the filter said “no spam”; held: the first comment of this person',
      'approved it',
      'took it back',
    ]);
    fake.discardWhen = () => true;
    const sure = await room.post();
    await reviewDiscard(app, sure.id, true, 'Maja');
    assert.match((await told(room, sure)).at(-1) ?? '', /Maja looked at it: spam indeed$/);
  },
);

scenario('a filter that gives no answer is told of, with the reason', async (room) => {
  room.fake.mode = 'refuse';
  const comment = await room.post();
  assert.match(
    (await told(room, comment)).at(-1) ?? '',
    /the filter gave no answer \(it could not be reached\)/,
  );
});

test('every sign that a comment can have is explained', () => {
  const found = new Set(
    BLOG_SPAM.flatMap(({ name = 'Ann', website = null, body }) =>
      localSigns({ name, website, body, honeypot: 'x', secondsToWrite: 1, alike: 2 }, { maxLinks: 0 }).map(
        (sign) => sign.name,
      ),
    ),
  );
  assert.ok(found.size > 10);
  for (const name of found) assert.ok(signMeaning(name), name);
  assert.ok(SIGN_WORDS['block-list'].means);
});
