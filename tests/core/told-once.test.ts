import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEVERITIES, type Severity } from '#core/articles/article.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { cancelEdition, finishEditions } from '#core/editions/move-edition.ts';
import { alertSubject, sendAlert } from '#core/editions/send-alert.ts';
import { HOUR, isoTime } from '#core/platform/clock.ts';
import { endSubscription } from '#core/subscribers/end-subscription.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import { type AlertRank, CADENCES, type Cadence, type Choices } from '#core/subscribers/subscriber.ts';
import { subscriberById } from '#core/subscribers/subscriber-rows.ts';
import { publish } from '../support/newsroom.ts';
import { randomBelow } from '../support/random.ts';
import { addReader } from '../support/readers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const SEEDS = 25;
const STEPS = 60;
const TOPICS = ['cloud', 'mobile'];
/** Fewer than one digest holds at most. */
const ARTICLES = 11;

interface Story {
  slug: string;
  topics: string[];
  rank: number;
  /** As its file stands. */
  fields: Record<string, unknown>;
}

interface Reader {
  email: string;
  id: string;
  choices: Choices;
  isConfirmed: boolean;
  /** What digests have gone past, told or not wanted then. */
  passed: Set<string>;
}

interface Sent {
  id: string;
  /** What digests had gone past before it, by reader. */
  before: Map<Reader, Set<string>>;
  kind: 'digest' | 'alert' | 'update';
  slug?: string;
  /** Of an update: addresses of who knew the article already. */
  knew?: Set<string>;
}

/** What the rules say each reader should get: kept beside the product, in the plainest form there is. */
class Newsroom {
  readonly stories: Story[] = [];
  readonly readers: Reader[] = [];
  readonly sent: Sent[] = [];
  readonly alerted = new Set<string>();
  readonly last = new Map<Cadence, Set<string>>();
  newest = new Set<string>();
  readonly app: TestApp;
  readonly below: (most: number) => number;

  constructor(app: TestApp, below: (most: number) => number) {
    this.app = app;
    this.below = below;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  choices(): Choices {
    const topics = TOPICS.filter(() => this.below(3) === 0);
    return { cadence: this.one(CADENCES), topics, alerts: this.below(5) as AlertRank };
  }

  publish(): void {
    if (this.stories.length === ARTICLES) return;
    const slug = `story-${this.stories.length + 1}`;
    const severity: Severity = this.one(SEVERITIES);
    const topics = TOPICS.filter(() => this.below(2) === 0);
    const published = isoTime(new Date(this.app.clock.now().getTime() - this.below(3) * HOUR * 24));
    const fields = { severity, topics, published };
    publish(this.app, slug, fields);
    this.stories.push({ slug, topics, rank: SEVERITIES.length - SEVERITIES.indexOf(severity), fields });
  }

  async signUp(): Promise<void> {
    const gone = this.readers.find(({ isConfirmed }) => !isConfirmed);
    if (!gone && this.readers.length === 6) return;
    const choices = this.choices();
    const email = gone?.email ?? `reader${this.readers.length}@example.org`;
    const id = await addReader(this.app, email, choices);
    const told = this.last.get(choices.cadence) ?? this.newest;
    const passed = new Set([...(gone?.passed ?? []), ...told]);
    if (gone) Object.assign(gone, { choices, isConfirmed: true, passed });
    else this.readers.push({ email, id, choices, isConfirmed: true, passed });
  }

  async leave(): Promise<void> {
    const reader = this.one(this.readers);
    if (!reader?.isConfirmed) return;
    const row = await subscriberById(this.app.db, reader.id);
    assert.ok(row);
    await this.app.db.transaction().execute((trx) => endSubscription(trx, row, row.created_at));
    reader.isConfirmed = false;
  }

  async change(): Promise<void> {
    const reader = this.one(this.readers);
    if (!reader?.isConfirmed) return;
    reader.choices = this.choices();
    assert.ok(await changeChoices(this.app, reader, reader.choices, '192.0.2.1'));
  }

  async digest(cadence = this.one(CADENCES)): Promise<void> {
    this.app.clock.advance(HOUR);
    const got = await this.got();
    const readers = this.readers.filter((one) => one.isConfirmed && one.choices.cadence === cadence);
    const due = (reader: Reader) =>
      this.stories.filter((story) => wants(reader, story) && !knows(reader, got, story.slug));
    const expected = new Map(readers.map((reader) => [reader.email, slugs(due(reader))]));
    const made = await makeEdition(this.app, cadence, this.app.clock.now());
    await this.compare(expected, made.state === 'made' ? made.edition.id : undefined);
    if (made.state !== 'made') return;
    this.sent.push({ id: made.edition.id, kind: 'digest', before: this.passedBy() });
    const all = new Set(slugs(this.stories));
    for (const reader of readers) reader.passed = all;
    this.last.set(cadence, all);
    this.newest = all;
  }

  async alert(): Promise<void> {
    const story = this.one(this.stories);
    if (!story || this.alerted.has(story.slug)) return;
    const got = await this.got();
    const readers = this.readers.filter(
      (reader) => asksFor(reader, story) && !knows(reader, got, story.slug),
    );
    const sent = await sendAlert(this.app, alertSubject(this.app, story.slug, false));
    const id = sent.state === 'made' ? sent.edition.id : undefined;
    await this.compare(new Map(readers.map(({ email }) => [email, [story.slug]])), id);
    if (!id) return;
    this.alerted.add(story.slug);
    this.sent.push({ id, kind: 'alert', slug: story.slug, before: this.passedBy() });
  }

  /** Something became known of a story: who asked for it or had the alert hears, whether they know the story or not. */
  async update(): Promise<void> {
    const story = this.one(this.stories);
    if (!story) return;
    this.app.clock.advance(HOUR);
    publish(this.app, story.slug, {
      ...story.fields,
      updates: [{ at: isoTime(this.app.clock.now()), text: 'A patch is out' }],
    });
    const got = await this.got();
    const alert = this.sent.find(({ kind, slug }) => kind === 'alert' && slug === story.slug);
    const had = await this.haveHad(alert?.id);
    const readers = this.readers.filter(
      (reader) =>
        asksFor(reader, story) || (reader.isConfirmed && reader.choices.alerts > 0 && had.has(reader.email)),
    );
    const knew = readers.filter((reader) => knows(reader, got, story.slug)).map(({ email }) => email);
    const sent = await sendAlert(this.app, alertSubject(this.app, story.slug, true));
    const id = sent.state === 'made' ? sent.edition.id : undefined;
    await this.compare(new Map(readers.map(({ email }) => [email, [story.slug]])), id);
    if (id)
      this.sent.push({ id, kind: 'update', slug: story.slug, before: this.passedBy(), knew: new Set(knew) });
  }

  async haveHad(edition = ''): Promise<Set<string>> {
    const rows = await this.app.db
      .selectFrom('delivery')
      .select('recipient')
      .where('edition_id', '=', edition)
      .where('state', '<>', 'skipped')
      .execute();
    return new Set(rows.map(({ recipient }) => recipient));
  }

  /** Some letters leave; sometimes all do. */
  async send(): Promise<void> {
    const rows = await this.app.db
      .selectFrom('delivery')
      .select('id')
      .where('edition_id', 'is not', null)
      .where('state', '=', 'queued')
      .orderBy('id')
      .execute();
    const isAll = this.below(2) === 0;
    const ids = rows.filter(() => isAll || this.below(2) === 0).map(({ id }) => id);
    if (ids.length > 0)
      // PostgreSQL knows no empty list
      await this.app.db.updateTable('delivery').set({ state: 'sent' }).where('id', 'in', ids).execute();
    await finishEditions(this.app);
  }

  async cancel(): Promise<void> {
    const edition = this.one(this.sent);
    if (!edition) return;
    const waiting = await this.app.db
      .selectFrom('delivery')
      .select('recipient')
      .where('edition_id', '=', edition.id)
      .where('state', '=', 'queued')
      .execute();
    const lost = waiting.map(({ recipient }) => recipient).filter((email) => !edition.knew?.has(email));
    const emails = new Set(lost);
    await cancelEdition(this.app, edition.id).catch((error) => assert.equal(error.code, 'conflict'));
    const isStillPassed = await this.stillPassed(edition);
    for (const reader of this.readers.filter(({ email }) => emails.has(email))) {
      reader.passed = new Set([...reader.passed].filter(isStillPassed(reader)));
    }
  }

  /** What a reader whose letter was taken back is taken back to: of a digest to before it, of an alert to before its story. */
  async stillPassed({ before, slug }: Sent): Promise<(reader: Reader) => (slug: string) => boolean> {
    const rows = await this.app.db.selectFrom('story').select(['slug', 'number']).execute();
    const numbers = new Map(rows.map((row) => [row.slug, row.number ?? 0]));
    const number = (one: string) => numbers.get(one) ?? 0;
    return (reader) => (one) => (slug ? number(one) < number(slug) : (before.get(reader)?.has(one) ?? false));
  }

  /** What letters that were not taken back have told, by address. */
  async got(): Promise<Map<string, string[]>> {
    const rows = await this.app.db
      .selectFrom('delivery')
      .innerJoin('edition_variant', 'edition_variant.id', 'delivery.variant_id')
      .select(['recipient', 'edition_variant.stories', 'delivery.edition_id'])
      .where('delivery.state', '<>', 'skipped')
      .execute();
    const knew = new Map(this.sent.map((sent) => [sent.id, sent.knew]));
    const got = new Map<string, string[]>();
    const news = new Map<string, string[]>();
    for (const { recipient, stories, edition_id } of rows) {
      const told = JSON.parse(stories) as string[];
      got.set(recipient, [...(got.get(recipient) ?? []), ...told]);
      if (!knew.get(edition_id ?? '')?.has(recipient))
        news.set(recipient, [...(news.get(recipient) ?? []), ...told]);
    }
    for (const [email, told] of news) assert.deepEqual(told, [...new Set(told)], `${email} is told twice`);
    return got;
  }

  passedBy(): Map<Reader, Set<string>> {
    return new Map(this.readers.map((reader) => [reader, reader.passed]));
  }

  async compare(expected: Map<string, string[]>, edition: string | undefined): Promise<void> {
    const rows = await this.app.db
      .selectFrom('delivery')
      .innerJoin('edition_variant', 'edition_variant.id', 'delivery.variant_id')
      .select(['recipient', 'edition_variant.stories'])
      .where('delivery.edition_id', '=', edition ?? '')
      .execute();
    const told = rows.map(({ recipient, stories }) => [recipient, (JSON.parse(stories) as string[]).sort()]);
    const wanted = [...expected]
      .filter(([, list]) => list.length > 0)
      .map(([email, list]) => [email, list.sort()]);
    assert.deepEqual(told.sort(), wanted.sort(), `in ${edition}`);
  }
}

function wants({ choices }: Reader, { topics }: Story): boolean {
  return choices.topics.length === 0 || topics.some((topic) => choices.topics.includes(topic));
}

function asksFor(reader: Reader, story: Story): boolean {
  return reader.isConfirmed && reader.choices.alerts >= story.rank && wants(reader, story);
}

function knows({ email, passed }: Reader, got: Map<string, string[]>, slug: string): boolean {
  return passed.has(slug) || (got.get(email) ?? []).includes(slug);
}

function slugs(stories: readonly Story[]): string[] {
  return stories.map(({ slug }) => slug);
}

for (let seed = 1; seed <= SEEDS; seed++)
  test(`whatever happens, each reader is told of each article once, and of all that is for them (${seed})`, async (t) => {
    const app = await openTestApp(t);
    const below = randomBelow(seed);
    const newsroom = new Newsroom(app, below);
    const acts = ['publish', 'publish', 'signUp', 'signUp', 'change', 'change', 'leave'] as const;
    const sends = ['digest', 'digest', 'digest', 'alert', 'alert', 'update', 'send', 'cancel'] as const;
    const done: string[] = [];
    try {
      for (let step = 0; step < STEPS; step++) {
        const act = newsroom.one([...acts, ...sends]);
        done.push(act);
        await newsroom[act]();
      }
      for (const cadence of CADENCES) await newsroom.digest(cadence);
      for (const cadence of CADENCES) await newsroom.digest(cadence);
    } catch (error) {
      t.diagnostic(done.join(' '));
      throw error;
    }
  });
