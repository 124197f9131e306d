import { DAY, HOUR, isoTime, MINUTE, SECOND } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { type FilterHealth, writeFilterHealth } from './filter-health.ts';
import type { CheckedFields, CheckOutcome, Silence, SpamFilter, Usage } from './spam-filter.ts';

/** Questions at a time; a flood waits in the database and not in memory. */
const AT_ONCE = 8;
const FIRST_PROBE_MS = 15 * SECOND;
const LONGEST_PROBE_MS = 20 * MINUTE;
/** A worker looks every few seconds. */
const OVERDUE_MS = 5 * MINUTE;
/** So often at most is "it answered" written down, where nothing else is new. */
const WRITE_PAUSE_MS = 5 * SECOND;
/** A clock that is further off is told of; in steps, so that a second more is nothing new. */
const CLOCK_OFF_SECONDS = 60;
const CLOCK_STEP_SECONDS = 10;
/** From so much of the plan on, its use is asked for hourly. */
const NEAR_LIMIT_PERCENT = 80;

/**
 * A spam filter that is watched: spared while its key is refused or too much is asked at once, asked in growing
 * pauses while it is silent, and its state remembered and written down.
 */
export class FilterWatch implements SpamFilter {
  /** Called, by `tend`, when a filter that was silent or refused the key answers again. */
  onAnswering: () => Promise<unknown>;
  readonly #parts: Pick<Parts, 'db' | 'clock' | 'log'>;
  readonly #filter: SpamFilter;
  #health: FilterHealth;
  #written = { health: '', at: 0 };
  #asking = 0;
  /** Probes since a check was last answered: a key that is valid tells little of a service that does not check. */
  #probes = 0;
  #keyAskedAt = 0;
  #usageAskedAt = 0;
  #isToldOf = true;

  constructor(
    parts: Pick<Parts, 'db' | 'clock' | 'log'>,
    filter: SpamFilter,
    onAnswering: () => Promise<unknown> = async () => {},
  ) {
    this.#parts = parts;
    this.#filter = filter;
    this.onAnswering = onAnswering;
    this.#health = { state: 'unknown', since: isoTime(parts.clock.now()) };
  }

  get health(): FilterHealth {
    return this.#health;
  }

  /** The last word was silence, or that the key is bad: no reader should be made to wait for an answer. */
  get isSilent(): boolean {
    return this.#health.state === 'silent' || this.#health.state === 'bad-key';
  }

  /** How many more questions should be asked now: while it is silent one at a time, to see whether it still is. */
  get room(): number {
    return (this.isSilent ? 1 : AT_ONCE) - this.#asking;
  }

  async check(fields: CheckedFields): Promise<CheckOutcome> {
    if (this.#isKeyRefused()) return { state: 'silent', why: 'bad-key', notes: {} };
    if (this.#asking >= AT_ONCE) return { state: 'silent', why: 'busy', notes: {} };
    this.#asking++;
    try {
      const outcome = await this.#filter.check(fields).catch((error: unknown): CheckOutcome => {
        this.#parts.log.error('bug.filter', { error });
        return { state: 'silent', why: 'garbage', notes: {} };
      });
      this.#hear(outcome);
      return outcome;
    } finally {
      this.#asking--;
      await this.#write();
    }
  }

  async correct(kind: 'spam' | 'ham', fields: CheckedFields): Promise<boolean> {
    if (this.#isKeyRefused()) return false;
    const isTaken = await this.#filter.correct(kind, fields);
    if (isTaken) this.#answered();
    await this.#write();
    return isTaken;
  }

  async verifyKey(): Promise<'valid' | 'invalid' | 'unknown'> {
    if (this.#health.state === 'silent') this.#probes++;
    const key = await this.#filter.verifyKey();
    this.#keyAskedAt = this.#now();
    if (key !== 'unknown') this.#health = { ...this.#health, key, verifiedAt: this.#isoNow() };
    if (key === 'valid') this.#answered();
    else if (key === 'invalid') this.#become('bad-key');
    else if (this.#health.state !== 'bad-key') this.#become('silent', this.#health.why);
    await this.#write();
    return key;
  }

  async usage(): Promise<Usage | undefined> {
    const usage = await this.#filter.usage();
    this.#usageAskedAt = this.#now();
    if (usage) this.#health = { ...this.#health, usage: { ...usage, at: this.#isoNow() } };
    await this.#write();
    return usage;
  }

  /** Verifies the key at start and daily, probes while there is no answer, and follows the use of the plan. */
  async tend(): Promise<void> {
    if (this.#now() >= this.#keyDueAt()) await this.verifyKey();
    if (this.#now() >= this.#usageDueAt()) await this.usage();
    await this.#write();
    if (this.#isToldOf) return;
    this.#isToldOf = true;
    await this.onAnswering().catch((error: unknown) =>
      this.#parts.log.error('bug.filter-answering', { error }),
    );
  }

  #hear(outcome: CheckOutcome): void {
    const { alert: text, alertCode: code } = outcome.notes;
    if (text) this.#alert(text, code);
    if (outcome.state === 'answered') {
      if (!text) this.#health = { ...this.#health, alert: undefined };
      this.#probes = 0;
      this.#answered();
    } else if (outcome.why === 'bad-key') {
      this.#keyAskedAt = this.#now();
      this.#become('bad-key');
    } else if (outcome.why !== 'busy') this.#become('silent', outcome.why);
  }

  #alert(text: string, code: string | undefined): void {
    const { alert } = this.#health;
    if (alert?.text === text && alert.code === code) return;
    this.#health = { ...this.#health, alert: { code, text, at: this.#isoNow() } };
    this.#parts.log.warn('filter.alert', { code, alert: text });
  }

  #answered(): void {
    this.#become('answering');
    this.#health = { ...this.#health, answeredAt: this.#isoNow() };
  }

  #become(state: FilterHealth['state'], why?: Silence): void {
    const before = this.#health;
    if (before.state === state) {
      this.#health = { ...before, why };
      return;
    }
    const stoodFor = this.#now() - Date.parse(before.since);
    if (before.state === 'answering' && stoodFor >= LONGEST_PROBE_MS) this.#probes = 0;
    this.#health = { ...before, state, why, since: this.#isoNow() };
    const { log } = this.#parts;
    if (state === 'silent') log.warn('filter.silent', { why });
    if (state === 'bad-key') log.error('filter.bad-key');
    if (state !== 'answering') return;
    this.#isToldOf = false; // after a restart too: what waited for the last process waits for this one
    if (before.state === 'unknown') return;
    log.info('filter.answering', { after: before.state, seconds: Math.round(stoodFor / SECOND) });
  }

  /** In a process without a worker nobody asks about the key: there one question goes through when that is overdue. */
  #isKeyRefused(): boolean {
    return this.#health.state === 'bad-key' && this.#now() < this.#keyDueAt() + OVERDUE_MS;
  }

  #keyDueAt(): number {
    const { state, since, verifiedAt } = this.#health;
    const asked = Math.max(this.#keyAskedAt, Date.parse(since));
    if (state === 'silent') return asked + Math.min(FIRST_PROBE_MS * 2 ** this.#probes, LONGEST_PROBE_MS);
    if (state === 'bad-key') return asked + HOUR;
    return verifiedAt === undefined ? 0 : Date.parse(verifiedAt) + DAY;
  }

  #usageDueAt(): number {
    const { state, key, usage } = this.#health;
    if (state !== 'answering' || key !== 'valid') return Number.POSITIVE_INFINITY;
    const isFar = usage && usage.percentage < NEAR_LIMIT_PERCENT && !usage.throttled;
    return this.#usageAskedAt + (isFar ? DAY : HOUR);
  }

  /** Only what is new; a database that fails costs no verdict. */
  async #write(): Promise<void> {
    this.#hearClock();
    const { answeredAt, ...rest } = this.#health;
    const health = JSON.stringify(rest);
    const isNew = health !== this.#written.health && rest.state !== 'unknown';
    const isLater = answeredAt !== undefined && Date.parse(answeredAt) > this.#written.at;
    const isTime = this.#now() >= this.#written.at + WRITE_PAUSE_MS;
    if (!isNew && !(isLater && isTime)) return;
    this.#written = { health, at: this.#now() };
    await writeFilterHealth(this.#parts.db, this.#health).catch((error: unknown) =>
      this.#parts.log.error('filter.health-not-written', { error }),
    );
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }

  #hearClock(): void {
    const ahead = this.#filter.secondsAhead ?? 0;
    const isOff = Math.abs(ahead) > CLOCK_OFF_SECONDS;
    const secondsAhead = isOff ? Math.round(ahead / CLOCK_STEP_SECONDS) * CLOCK_STEP_SECONDS : undefined;
    if (secondsAhead !== this.#health.secondsAhead) this.#health = { ...this.#health, secondsAhead };
  }

  #isoNow(): string {
    return isoTime(this.#parts.clock.now());
  }
}
