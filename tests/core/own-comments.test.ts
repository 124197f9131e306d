import assert from 'node:assert/strict';
import { forgetOldLetters } from '#core/comments/letters/comment-letters.ts';
import { gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { commenterByKey } from '#core/comments/letters/reply-notice-rows.ts';
import { confirmNotices, endNotices, gatherReplyLetters } from '#core/comments/letters/reply-notices.ts';
import { sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { moderateComment, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { eraseComment, eraseCommentsOf, keptComment, keptCommentsOf } from '#core/comments/own-comments.ts';
import { commentOfReceipt, editComment, withdrawComment } from '#core/comments/receipt.ts';
import { keptLetter } from '#core/mail/kept-mail.ts';
import { DAY, MINUTE } from '#core/platform/clock.ts';
import { everyRow, hasCode, type Room, scenario, tokenIn } from '../support/comment-room.ts';
import { letterOf } from '../support/smtp-fake.ts';

const PERSON = {
  name: 'Quirinia Zabel',
  email: 'Quirinia@Zabel-Mail.example',
  website: 'https://zabel-home.example/',
  network: '198.51.100.77',
  userAgent: 'ZabelBrowser/7',
  referrer: 'https://zabel-referrer.example/',
  notify: true,
};
const KEY = 'quirinia@zabel-mail.example';
const TRACES = /quirinia|zabel|198\.51\.100\.77|secret garden|first thoughts/i;

/** What stands in DATA_DIR/outbox, as its readers see it. */
async function keptLetterTexts({ app }: Room): Promise<string[]> {
  const { letters, next } = await app.kept.page();
  assert.equal(next, undefined, 'these are all');
  return letters.map(({ id, to, subject }) => {
    const { text, html } = letterOf(keptLetter(app.config.dataDir, id) ?? Buffer.of());
    return [to, subject, text, html].join('\n');
  });
}

/** One person with comments wherever comments can be, told and asked about, answered, corrected. */
async function busyPerson(room: Room) {
  const { app, fake } = room;
  const published = await room.publish({ ...PERSON, body: 'My first thoughts.' });
  await editComment(app, published, { body: 'About the secret garden.', anyway: true, network: '192.0.2.7' });
  await Promise.all(app.background);
  await moderateComment(app, published.id, 'approve', 'owner');
  const token = tokenIn((await room.letters())[0] ?? { text: '', html: '' }, /notices\/confirm/);
  assert.equal(await confirmNotices(app, token), true);
  const reply = await room.publish({ name: 'Bob', email: 'bob@example.org', parent: String(published.id) });
  await gatherReplyLetters(app);
  const own = await room.publish({
    ...PERSON,
    body: 'In the secret garden, once more.',
    parent: String(reply.id),
  });
  await moderateComment(app, own.id, 'spam', 'owner');
  app.clock.advance(11 * MINUTE);
  while ((await sendDueFeedback(app)) > 0);
  const pending = await room.publish({ ...PERSON, body: 'Secret garden, part three.' });
  await moderateComment(app, pending.id, 'spam', 'owner');
  const held = await room.post({ ...PERSON, name: 'Q. Zabel', body: 'Secret garden, part four.' });
  await gatherModeratorLetter(app);
  fake.discardWhen = () => true;
  const discarded = await room.post({ ...PERSON, body: 'Secret garden, part five.' });
  fake.discardWhen = () => false;
  fake.mode = 'refuse';
  const waiting = await room.post({ ...PERSON, body: 'Secret garden, part six.' });
  fake.mode = 'normal';
  const withdrawn = await room.publish({ ...PERSON, article: 'two', body: 'Secret garden, part seven.' });
  await withdrawComment(app, withdrawn);
  return { reply, all: [published, own, pending, held, discarded, waiting, withdrawn] };
}

scenario(
  'everything that is kept of one’s comments can be had, and nothing of anybody else',
  async (room) => {
    const { all } = await busyPerson(room);
    const kept = await keptCommentsOf(room.app.db, KEY);
    assert.equal(kept.length, all.length);
    const [first] = kept;
    assert.deepEqual(
      [first?.name, first?.email, first?.website],
      [PERSON.name, 'Quirinia@zabel-mail.example', PERSON.website],
    );
    // Anybody can type an address: from where it was typed is told by the receipt alone.
    assert.deepEqual(
      [first?.network, first?.userAgent, first?.referrer, first?.sentToFilter],
      [null, null, null, null],
    );
    const { id } = all[0] ?? { id: 0 };
    const own = await keptComment(room.app.db, await room.now({ id }));
    assert.deepEqual(
      [own.network, own.userAgent, own.referrer],
      [PERSON.network, PERSON.userAgent, PERSON.referrer],
    );
    assert.equal(own.sentToFilter?.comment_content, 'About the secret garden.');
    assert.deepEqual(
      first?.history.map(({ by, state }) => `${by}: ${state}`),
      [
        'commenter: unchecked',
        'filter: held',
        'editor: published',
        'commenter: unchecked',
        'filter: held',
        'editor: published',
      ],
    );
    assert.doesNotMatch(JSON.stringify(kept), /bob|owner/i);
    assert.deepEqual(await keptCommentsOf(room.app.db, ''), []);
    assert.deepEqual(await keptCommentsOf(room.app.db, 'nobody@example.org'), []);
  },
);

scenario(
  'who erases their comments leaves nothing of themselves in any table, and others keep their numbers',
  async (room) => {
    const { reply, all } = await busyPerson(room);
    assert.match([...(await everyRow(room.app)).values()].join('\n'), TRACES);
    await room.letters();
    assert.match((await keptLetterTexts(room)).join(), TRACES);
    assert.equal(await eraseCommentsOf(room.app, KEY), all.length);
    for (const [table, rows] of await everyRow(room.app)) assert.doesNotMatch(rows, TRACES, table);
    for (const letter of await keptLetterTexts(room))
      assert.doesNotMatch(letter, TRACES, 'letters that are kept as files');
    assert.equal((await room.now(reply)).number, 2);
    for (const comment of all) assert.equal(await room.place(comment), 'withdrawn (erased)');
    assert.equal(await eraseCommentsOf(room.app, KEY), 0);
  },
);

scenario(
  'what was erased stays erased: no answer of the filter, no decision, no change brings it back',
  async (room) => {
    const { app, fake } = room;
    const held = await room.post(PERSON);
    await moderateComment(app, held.id, 'approve', 'owner');
    await eraseComment(app, held.id);
    await assert.rejects(undoModeration(app, 1, 'owner'), hasCode('conflict'));
    await assert.rejects(moderateComment(app, held.id, 'approve', 'owner'), hasCode('conflict'));
    await assert.rejects(
      editComment(app, held, { body: 'Again.', anyway: true, network: '192.0.2.7' }),
      hasCode('conflict'),
    );
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const asked = await room.post(PERSON);
    await eraseComment(app, asked.id);
    fake.verdictBody = 'nonsense';
    gate.resolve();
    await Promise.all(app.background);
    for (const [table, rows] of await everyRow(app)) assert.doesNotMatch(rows, TRACES, table);
  },
);

scenario(
  'what the filter was being told when a comment was erased is not written down again',
  async (room) => {
    const { app, fake } = room;
    const comment = await room.post(PERSON);
    await moderateComment(app, comment.id, 'spam', 'owner');
    app.clock.advance(11 * MINUTE);
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const sending = sendDueFeedback(app);
    while (room.corrections().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await eraseComment(app, comment.id);
    gate.resolve();
    await sending;
    for (const [table, rows] of await everyRow(app)) assert.doesNotMatch(rows, TRACES, table);
  },
);

scenario('the receipt of an erased comment says so; others of the same person stay', async (room) => {
  const { app } = room;
  const one = await room.publish(PERSON);
  const two = await room.publish(PERSON);
  await eraseComment(app, one.id);
  const found = await commentOfReceipt(app, one.receipt);
  assert.deepEqual([found?.state, found?.reason, found?.body, found?.name], ['withdrawn', 'erased', '', '']);
  const kept = await keptComment(app.db, await room.now(one));
  assert.doesNotMatch(JSON.stringify(kept), TRACES);
  assert.equal(await room.place(two), 'published (filter-ham)');
  assert.ok(await commenterByKey(app.db, KEY), 'who still has a comment may still hear of answers');
  await eraseComment(app, two.id);
  assert.equal(await commenterByKey(app.db, KEY), undefined);
});

scenario(
  'of who said stop only that is kept: nobody can ask for letters in their name again',
  async (room) => {
    const { app } = room;
    const comment = await room.publish(PERSON);
    await room.letters();
    const commenter = await commenterByKey(app.db, KEY);
    assert.ok(commenter);
    await endNotices(app, commenter);
    await eraseComment(app, comment.id);
    app.clock.advance(2 * DAY);
    await room.publish(PERSON);
    const letters = await room.letters();
    assert.equal(
      letters.filter(({ to }) => to === 'Quirinia@zabel-mail.example').length,
      0,
      'the kept one is gone too',
    );
    assert.notEqual((await commenterByKey(app.db, KEY))?.stopped_at, null);
  },
);

scenario('erasure reaches the kept letter that told of the words before a change', async (room) => {
  const { app } = room;
  const comment = await room.post(PERSON);
  assert.equal(await gatherModeratorLetter(app), 1);
  const before = await room.letters();
  assert.match(before.at(-1)?.text ?? '', /waits? for you/);
  await editComment(app, comment, { body: 'Other words.', anyway: true, network: '192.0.2.7' });
  await Promise.all(app.background);
  await eraseComment(app, comment.id);
  assert.deepEqual(
    (await room.letters()).map(({ text }) => text),
    before.map(() => ''),
  );
});

scenario('letters that hold readers’ words are not kept as files for more than 30 days', async (room) => {
  const { app } = room;
  await room.post(PERSON);
  await gatherModeratorLetter(app);
  await room.letters();
  app.clock.advance(Date.now() - app.clock.now().getTime()); // files are dated by the machine
  forgetOldLetters(app);
  assert.notEqual((await room.letters()).at(-1)?.text, '');
  app.clock.advance(31 * DAY);
  forgetOldLetters(app);
  assert.equal((await room.letters()).at(-1)?.text, '');
});
