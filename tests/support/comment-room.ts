import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkDueComments } from '#core/comments/check-comment.ts';
import { type CommentRow, commentById } from '#core/comments/comment-rows.ts';
import { moderateComment } from '#core/comments/moderation/moderate-comment.ts';
import { type CommentDraft, postComment } from '#core/comments/post-comment.ts';
import { commentOfReceipt } from '#core/comments/receipt.ts';
import { keptLetter } from '#core/mail/kept-mail.ts';
import { AppError } from '#core/platform/errors.ts';
import { type AkismetFake, startAkismetFake } from './akismet-fake.ts';
import { letterOf } from './smtp-fake.ts';
import { openTestApp, type TestApp, type TestAppOptions, writeArticle } from './test-app.ts';
import { until } from './test-site.ts';

export const DRAFT: CommentDraft = {
  article: 'one',
  name: 'Ann',
  email: 'ann@example.org',
  website: '',
  body: 'Thank you, that helped us a lot on Monday.',
  parent: '',
  notify: false,
  honeypot: '',
  network: '192.0.2.7',
  userAgent: 'A browser',
  referrer: '',
};

/** Comments as they are, whatever they said when they were read. */
export function byId(ids: readonly number[]): { id: number }[] {
  return ids.map((id) => ({ id }));
}

/** A letter as its reader sees it. */
export interface ReadLetter {
  to: string;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
}

/** A newsroom with two articles, and a spam filter that finds nothing wrong unless it is told to. */
export interface Room {
  t: TestContext;
  app: TestApp;
  fake: AkismetFake;
  /** Sends a comment; each has words of its own unless they are given. */
  post(change?: Partial<CommentDraft>): Promise<CommentRow & { receipt: string }>;
  /** The same with a press of "approve". */
  publish(change?: Partial<CommentDraft>): Promise<CommentRow & { receipt: string }>;
  now(comment: { id: number }): Promise<CommentRow>;
  /** The same as `state (reason)`. */
  place(comment: { id: number }): Promise<string>;
  /** Sends what the outbox holds and reads every letter so far, oldest first. */
  letters(): Promise<ReadLetter[]>;
  /** What the filter was told besides questions: `submit-ham <body>`. */
  corrections(): string[];
  /** Waits until so many questions have reached the filter. */
  asked(count: number): Promise<void>;
  /** Lets the worker ask what is due, until nothing is. */
  check(): Promise<void>;
  rules(comments: object): void;
}

export interface RoomOptions extends TestAppOptions {
  /** Without an AKISMET_KEY. */
  noFilter?: boolean;
  rules?: object;
}

let texts = 0;
/** Of different words, so that none is like another. */
export function words(): string {
  texts += 1;
  const some = [
    'river',
    'copper',
    'window',
    'lantern',
    'garden',
    'ladder',
    'winter',
    'paper',
    'engine',
    'harbour',
  ];
  const pick = (place: number) => some[Math.floor(texts / some.length ** place) % some.length];
  return `A ${pick(0)} and a ${pick(1)} and ${texts} ${pick(2)}s.`;
}

export async function openRoom(
  t: TestContext,
  { noFilter, rules, env, ...options }: RoomOptions = {},
): Promise<Room> {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  const key = noFilter ? {} : { AKISMET_KEY: fake.key, AKISMET_URL: fake.url };
  const app = await openTestApp(t, { ...options, env: { ...key, ...env } });
  for (const slug of ['one', 'two']) writeArticle(app.config.contentDir, slug);
  const room: Room = {
    t,
    app,
    fake,
    async post(change = {}) {
      const posted = await postComment(app, { ...DRAFT, body: words(), ...change });
      assert.equal(posted.state, 'posted');
      if (!fake.gate) await Promise.all(app.background);
      const comment = await commentOfReceipt(app, posted.receipt);
      assert.ok(comment);
      return { ...comment, receipt: posted.receipt };
    },
    async publish(change = {}) {
      const comment = await room.post(change);
      if (comment.state !== 'published') await moderateComment(app, comment.id, 'approve', 'owner');
      return { ...comment, ...(await room.now(comment)) };
    },
    async now({ id }) {
      const comment = await commentById(app.db, id);
      assert.ok(comment);
      return comment;
    },
    async place(comment) {
      const { state, reason } = await room.now(comment);
      return `${state} (${reason})`;
    },
    async letters() {
      while ((await app.sender.sendDue()) > 0);
      const sent = await app.db
        .selectFrom('delivery')
        .select('message_id')
        .where('state', '=', 'sent')
        .orderBy('id')
        .execute();
      return sent.map(({ message_id }) => {
        const { headers, text, html } = letterOf(keptLetter(app.config.dataDir, message_id) ?? Buffer.of());
        return { to: headers.to ?? '', subject: headers.subject ?? '', text, html, headers };
      });
    },
    corrections: () =>
      fake.requests
        .filter((request) => request.path.startsWith('/1.1/submit-'))
        .map((request) => `${request.path.slice('/1.1/'.length)} ${request.fields.comment_content}`),
    asked: (count) =>
      until(
        () => fake.requests.filter((request) => request.path === '/1.1/comment-check').length >= count,
        `question ${count}`,
      ),
    async check() {
      while ((await checkDueComments(app)) > 0);
    },
    rules(comments) {
      writeFileSync(path.join(app.config.contentDir, 'site.yaml'), JSON.stringify({ comments }));
      app.library.reload();
    },
  };
  room.rules(rules ?? {});
  return room;
}

/** A test that plays in a room, and ends with everything that is counted and written down agreeing with the comments. */
export function scenario(name: string, play: (room: Room) => Promise<void>, options: RoomOptions = {}): void {
  test(name, async (t) => {
    const room = await openRoom(t, options);
    await play(room);
    room.fake.gate = undefined;
    await Promise.all(room.app.background);
    await assertSound(room.app);
  });
}

/** Counts, numbers, pins and histories say the same as the comments themselves. */
export async function assertSound({ db, lines }: Pick<TestApp, 'db' | 'lines'>): Promise<void> {
  const comments = await db.selectFrom('comment').selectAll().orderBy('id').execute();
  const discussions = new Map(
    (await db.selectFrom('discussion').selectAll().execute()).map((row) => [row.article, row]),
  );
  for (const article of new Set(comments.map((comment) => comment.article))) {
    const here = comments.filter((comment) => comment.article === article);
    const published = here.filter(({ state }) => state === 'published');
    const { pinned_id, ...counts } = discussions.get(article) ?? {
      published: 0,
      last_number: 0,
      pinned_id: null,
    };
    assert.equal(counts.published, published.length, `published under ${article}`);
    assert.equal(
      counts.last_number,
      Math.max(0, ...here.map(({ number }) => number ?? 0)),
      `last number of ${article}`,
    );
    assert.ok(
      published.every(({ number }) => number !== null),
      'whoever is published has a number',
    );
    assert.ok(
      pinned_id === null || published.some(({ id }) => id === pinned_id),
      'only who is published is pinned',
    );
  }
  for (const { id, state } of comments) {
    const events = await db
      .selectFrom('comment_event')
      .selectAll()
      .where('comment_id', '=', id)
      .orderBy('id')
      .execute();
    assert.equal(events.at(-1)?.state, state, `the history of ${id} ends where it is`);
    for (const [place, event] of events.entries()) {
      assert.ok(event.actor && event.reason && event.at, 'who, why, when');
      if (event.before !== null && place > 0)
        assert.equal(event.before, events[place - 1]?.state, `a step of ${id}`);
    }
  }
  const bugs = lines.filter(({ event }) => String(event).startsWith('bug.'));
  assert.deepEqual(bugs, []);
}

/** Every row of every table as text. */
export async function everyRow({ db, engine }: Pick<TestApp, 'db' | 'engine'>): Promise<Map<string, string>> {
  const tables = (await db.introspection.getTables()).map(({ name }) => name);
  const rows = new Map<string, string>();
  for (const table of tables.filter((name) => engine === 'sqlite' || !name.startsWith('kysely_')))
    rows.set(
      table,
      JSON.stringify(
        await db
          .selectFrom(table as 'setting')
          .selectAll()
          .execute(),
      ),
    );
  return rows;
}

export function hasCode(code: AppError['code']) {
  return (error: unknown) => error instanceof AppError && error.code === code;
}

/** Addresses in a letter, as they stand in its text and its HTML. */
export function linksIn({ text, html }: Pick<ReadLetter, 'text' | 'html'>): string[] {
  const inText = text.match(/https?:\/\/[^\s>)"]+/g) ?? [];
  const inTags = html.matchAll(/<[^>]*\s(?:href|src|background)=["']?([^"'>\s]+)|url\(([^)]+)/g);
  const inHtml = [...inTags].map(([, url, styled]) => url ?? styled ?? '');
  return [...new Set([...inText, ...inHtml])];
}

/** What stands between the last two slashes of the link that fits. */
export function tokenIn(letter: Pick<ReadLetter, 'text' | 'html'>, place: RegExp): string {
  const link = linksIn(letter).find((url) => place.test(url));
  assert.ok(link, `a link ${place}`);
  return new URL(link).pathname.split('/').at(-2) ?? '';
}
