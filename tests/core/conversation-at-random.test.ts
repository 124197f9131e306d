import assert from 'node:assert/strict';
import { gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { gatherReplyLetters } from '#core/comments/letters/reply-notices.ts';
import { answerComment, pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { decideComments, MODERATIONS, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { eraseComment } from '#core/comments/own-comments.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { MINUTE } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { assertSound, type Room, scenario, words } from '../support/comment-room.ts';
import { randomBelow } from '../support/random.ts';

const STEPS = 250;

/** Something that a reader, a moderator, the worker or the filter does. */
function acts(room: Room, below: (most: number) => number, ids: number[]): (() => Promise<unknown>)[] {
  const { app, fake } = room;
  const some = () => ids[below(ids.length)] ?? 0;
  const person = () => `p${below(5)}`;
  const post = async () => {
    const name = person();
    const parent = below(3) === 0 ? String(some()) : '';
    const body = below(4) === 0 ? `${words()} https://shop.example/x` : words();
    const given = { name, email: `${name}@example.org`, parent, body, notify: below(2) === 0 };
    ids.push((await room.post({ ...given, forPerson: below(8) === 0 })).id);
  };
  const decide = () => {
    const chosen = Array.from({ length: 1 + below(4) }, () => ({ id: some() }));
    return decideComments(app, chosen, MODERATIONS[below(MODERATIONS.length)] ?? 'approve', {
      moderator: 'owner',
    });
  };
  return [
    post,
    post,
    post,
    decide,
    decide,
    decide,
    () => undoModeration(app, 1 + below(60), 'owner'),
    () => undoModeration(app, 1 + below(60), 'owner'),
    () => editComment(app, { id: some() }, { body: words(), anyway: true, network: '192.0.2.7' }),
    () => withdrawComment(app, { id: some() }),
    () => (below(4) === 0 ? eraseComment(app, some()) : Promise.resolve()),
    () => answerComment(app, { id: some() }, words(), 'owner'),
    () => pinFromDesk(app, some(), below(3) > 0),
    () => gatherModeratorLetter(app),
    () => gatherReplyLetters(app),
    () => sendDueFeedback(app),
    () => room.check(),
    async () => Object.assign(fake, { spamWhen: below(3) === 0 ? () => true : () => false }),
    async () => Object.assign(fake, { recheckAfter: below(4) === 0 ? 60 : undefined }),
    async () => Object.assign(fake, { mode: below(4) === 0 ? 'garbage' : 'normal' }),
    async () => app.clock.advance(below(8) * MINUTE),
  ];
}

/** What the filter believes of a comment after all that it was told. */
function believed({ fake }: Room, body: string, verdict: string): string {
  const told = fake.requests.filter(
    ({ path, fields }) => path.startsWith('/1.1/submit-') && fields.comment_content === body,
  );
  return told.at(-1)?.path.slice('/1.1/submit-'.length) ?? (verdict === 'ham' ? 'ham' : 'spam');
}

for (const seed of [1, 2, 3, 4])
  scenario(
    `whatever happens in whatever order, all is counted, and the filter hears the last word (${seed})`,
    async (room) => {
      const { app, fake } = room;
      const below = randomBelow(seed);
      const ids: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        const all = acts(room, below, ids);
        await all[below(all.length)]?.().catch((error: unknown) => {
          if (!(error instanceof AppError)) throw error; // refused, as it would be for people
        });
        if (step % 10 === 0) {
          await Promise.all(app.background);
          await assertSound(app);
        }
      }
      Object.assign(fake, { mode: 'normal', recheckAfter: undefined });
      for (let round = 0; round < 30; round++) {
        app.clock.advance(15 * MINUTE);
        await app.spam?.verifyKey();
        await room.check();
        while ((await sendDueFeedback(app)) > 0);
      }
      const comments = await app.db.selectFrom('comment').selectAll().execute();
      assert.ok(comments.every(({ state }) => state !== 'unchecked'));
      for (const { id, body, state, verdict } of comments)
        if (verdict !== null && (state === 'published' || state === 'spam'))
          assert.equal(believed(room, body, verdict), state === 'spam' ? 'spam' : 'ham', `comment ${id}`);
    },
  );
