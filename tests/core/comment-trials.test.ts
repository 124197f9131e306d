import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesFrom } from '#core/articles/comment-rules.ts';
import { rehearse } from '#core/comments/moderation/rehearse.ts';
import { addRule, checkedRule, removeRule } from '#core/comments/rules/keep-rule.ts';
import { rulesNow } from '#core/comments/rules/rules-now.ts';
import { type TypedTrial, tryComment } from '#core/comments/rules/try-comment.ts';
import { AppError } from '#core/platform/errors.ts';
import { hasCode, scenario } from '../support/comment-room.ts';

const TYPED: TypedTrial = {
  name: 'Ann',
  email: 'ann@example.org',
  website: '',
  body: 'Thank you, that helped us a lot on Monday.',
  network: '',
  isVerified: false,
};

scenario('a comment is tried: where it would go by each answer of the filter, and why', async (room) => {
  const { app } = room;
  const places = async (change: Partial<TypedTrial> = {}) =>
    (await tryComment(app, { ...TYPED, ...change })).places.map(({ verdict, place }) => [verdict, ...place]);
  assert.deepEqual(await places(), [
    ['ham', 'held', 'first-comment'],
    ['spam', 'spam', 'filter-spam'],
  ]);
  assert.deepEqual((await places({ isVerified: true }))[0], ['ham', 'published', 'filter-ham']);
  await room.publish();
  assert.deepEqual((await places())[0], ['ham', 'published', 'filter-ham'], 'known by now');
  assert.deepEqual((await places({ name: 'Else' }))[0], ['ham', 'held', 'first-comment']);
  room.rules({ block: { words: ['monday'] } });
  assert.deepEqual(await places(), [[undefined, 'spam', 'blocked']], 'nobody outside would be asked');
  const asked = room.fake.requests.filter(({ path }) => path.endsWith('comment-check')).length;
  assert.equal(asked, 1, 'about the one that was posted');
  assert.equal((await app.db.selectFrom('comment').selectAll().execute()).length, 1);
});

scenario(
  'each sign of a tried comment is told, what is alike with it, and what its writer would be asked',
  async (room) => {
    const { app } = room;
    const namesOf = async (body: string) =>
      (await tryComment(app, { ...TYPED, body })).signs.map(({ name }) => name);
    assert.deepEqual(await namesOf(TYPED.body), []);
    await room.post({ body: TYPED.body });
    assert.deepEqual(await namesOf(TYPED.body), ['repeated']);
    const links =
      'The three advisories of the vendor are at https://a.example https://b.example https://c.example';
    assert.deepEqual(await namesOf(links), ['links']);
    const trial = await tryComment(app, { ...TYPED, body: `${links} and my password: Tr0ub4dor&3` });
    assert.ok(trial.weight >= trial.holdAt);
    assert.equal(trial.thoughts[0]?.kind, 'password');
    await assert.rejects(tryComment(app, { ...TYPED, body: ' ' }), hasCode('invalid'));
    await assert.rejects(
      tryComment(app, { ...TYPED, email: 'nobody' }),
      (error: unknown) => error instanceof AppError && 'email' in error.fields,
    );
  },
);

scenario(
  'without a filter there is one place',
  async ({ app }) => {
    assert.deepEqual((await tryComment(app, TYPED)).places, [
      { verdict: undefined, place: ['held', 'no-filter'] },
    ]);
  },
  { noFilter: true },
);

scenario(
  'entries kept at the desk are on both sides of a rehearsal, and no part of the file',
  async (room) => {
    const { app } = room;
    await room.post({ body: 'A casino in Nice' });
    const rule = await addRule(app, { list: 'hold', kind: 'words', entry: 'casino' }, 'owner');
    const read = rulesFrom(app.library.site.comments, undefined, ['holdFirst=false']);
    assert.ok('rules' in read);
    assert.deepEqual((await rehearse(app, read.rules, 90)).differences, []);
    await removeRule(app, rule.id, 'owner');
    const { differences } = await rehearse(app, read.rules, 90);
    assert.deepEqual(
      differences.map(({ now, changed }) => [now, changed]),
      [['held', 'published']],
    );
    assert.deepEqual(app.library.site.comments.hold.words, []);
  },
);

scenario('a change of the file and one at the desk hold together', async (room) => {
  const { app } = room;
  await addRule(app, { list: 'block', kind: 'domains', entry: 'spam.example' }, 'owner');
  const before = await rulesNow(app);
  assert.equal(await rulesNow(app), before, 'read once');
  room.rules({ block: { domains: ['other.example'] }, maxLinks: 7 });
  const rules = await rulesNow(app);
  assert.deepEqual([rules.block.domains, rules.maxLinks], [['other.example', 'spam.example'], 7]);
});

test('an entry that is none is refused at its field', () => {
  const fieldsOf = (change: object) => {
    try {
      return checkedRule({ list: 'hold', kind: 'words', entry: 'casino', ...change });
    } catch (error) {
      assert.ok(error instanceof AppError && error.code === 'invalid');
      return Object.keys(error.fields);
    }
  };
  assert.deepEqual(fieldsOf({}), { list: 'hold', kind: 'words', entry: 'casino' });
  assert.deepEqual(fieldsOf({ entry: ' work  from\thome ' }), {
    list: 'hold',
    kind: 'words',
    entry: 'work from home',
  });
  assert.deepEqual(fieldsOf({ list: 'allow' }), ['list']);
  assert.deepEqual(fieldsOf({ kind: 'names' }), ['kind']);
  for (const wrong of [
    { entry: '' },
    { entry: '…' },
    { entry: 'x'.repeat(201) },
    { kind: 'domains', entry: 'no domain' },
    { kind: 'addresses', entry: 'nobody' },
    { kind: 'networks', entry: '192.0.2.0/40' },
  ])
    assert.deepEqual(fieldsOf(wrong), ['entry'], JSON.stringify(wrong));
});
