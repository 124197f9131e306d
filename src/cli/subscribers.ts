import type { App } from '#core/app.ts';
import { shownAddress } from '#core/platform/shown-address.ts';
import { addByHand, knownSubscriber, liftByHand, unsubscribeByHand } from '#core/subscribers/by-hand.ts';
import { keptSubscriber } from '#core/subscribers/kept.ts';
import { mailboxFrom } from '#core/subscribers/mailbox.ts';
import { choicesFrom } from '#core/subscribers/subscriber.ts';
import { subscriberCounts } from '#core/subscribers/subscriber-rows.ts';
import { suppress, suppressionOf } from '#core/subscribers/suppression.ts';
import { suppressionCounts } from '#core/subscribers/suppression-rows.ts';
import { type Command, UsageError, withApp } from './command.ts';

interface Asked {
  email: string;
  evidence: string;
  values: Record<string, unknown>;
}

const ACTIONS: Record<string, (app: App, asked: Asked) => Promise<number>> = {
  show,
  add,
  suppress: suppressNow,
  lift,
  unsubscribe: unsubscribeNow,
};

export const subscribersCommand: Command = {
  summary: 'subscribers: how many there are; show, add, suppress, lift or unsubscribe one',
  help: `Usage: watchpost subscribers
       watchpost subscribers show <email>
       watchpost subscribers add <email> --evidence "…" [--cadence weekly] [--topic cloud …] [--alerts high]
       watchpost subscribers suppress <email>
       watchpost subscribers lift <email> --evidence "…"
       watchpost subscribers unsubscribe <email> --evidence "…"

Without more, it counts subscribers by state and cadence, and suppressed addresses by reason.

show         all that is kept of one, as JSON: for somebody who asks for it
add          makes a reader of somebody who agreed by word or on paper; no letter comes of it. Whoever left or is
             suppressed is not brought back: they can sign up themselves
suppress     never writes to the address again, whoever signs it up or imports it, known or not
lift         takes a suppression back, when the person asked for it; they are not subscribed by it
unsubscribe  ends the letters to somebody who asked for it in their own words

  --evidence   who asked for it, when and how: kept with the subscriber, and shown to them
  --cadence    daily, weekly or monthly
  --topic      may be said several times; none means all
  --alerts     critical, high, medium or low: told at once from there on`,
  options: {
    evidence: { type: 'string' },
    cadence: { type: 'string' },
    topic: { type: 'string', multiple: true },
    alerts: { type: 'string' },
  },
  async run({ positionals, values }) {
    const [action, email] = positionals;
    if (action === undefined || (action === 'list' && email === undefined)) return withApp(count);
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!act || email === undefined || positionals.length !== 2)
      throw new UsageError('It is called as "watchpost subscribers <show|add|…> <email>"; --help says more.');
    const evidence = String(values.evidence ?? '').trim();
    if (evidence === '' && ['add', 'lift', 'unsubscribe'].includes(action))
      throw new UsageError('Say who asked for it, when and how: --evidence "by telephone, 3 May".');
    return withApp((app) => act(app, { email, evidence, values }));
  },
};

async function count({ db }: App): Promise<number> {
  const rows = await subscriberCounts(db);
  if (rows.length === 0) console.log('Nobody has signed up yet.');
  for (const { state, cadence, count: number } of rows)
    console.log(`${String(number).padStart(9)}  ${state}, ${cadence}`);
  for (const { reason, count: number } of await suppressionCounts(db))
    console.log(`${String(number).padStart(9)}  suppressed: ${reason}`);
  return 0;
}

async function show(app: App, { email }: Asked): Promise<number> {
  const subscriber = await knownSubscriber(app, email);
  const suppressed = await suppressionOf(app, app.db, subscriber.email_key);
  const kept = await keptSubscriber(app.db, subscriber);
  console.log(JSON.stringify({ ...kept, suppressed: suppressed?.reason ?? null }, null, 2));
  return 0;
}

const ADDED = {
  added: 'A reader from now on; no letter was sent.',
  'already-here': 'Known here already: nothing was changed.',
  guarded: 'Not added: they left, or are suppressed. They can sign up themselves.',
} as const;

async function add(app: App, { email, evidence, values }: Asked): Promise<number> {
  const known = app.library.topics().map(({ id }) => id);
  const topics = [values.topic ?? []].flat().map(String);
  const unknown = topics.find((topic) => !known.includes(topic));
  if (unknown !== undefined)
    throw new UsageError(`There is no topic "${unknown}". Those there are: ${known.join(', ')}.`);
  const typed = { cadence: String(values.cadence ?? 'weekly'), topics, alerts: String(values.alerts ?? '') };
  const choices = choicesFrom(typed, known);
  if (choices.cadence !== typed.cadence)
    throw new UsageError('--cadence should be daily, weekly or monthly.');
  const outcome = await addByHand(app, { email, choices, evidence });
  console.log(`${shownAddress(mailboxFrom(email).address)}: ${ADDED[outcome]}`);
  return outcome === 'guarded' ? 4 : 0;
}

async function suppressNow(app: App, { email }: Asked): Promise<number> {
  const { address, key } = mailboxFrom(email);
  await app.db.transaction().execute((trx) => suppress(app, trx, key, 'by-hand'));
  console.log(`${shownAddress(address)}: no letter goes there any more, whoever asks.`);
  return 0;
}

async function lift(app: App, { email, evidence }: Asked): Promise<number> {
  const { address, key } = mailboxFrom(email);
  const isLifted = await liftByHand(app, key, evidence);
  console.log(
    isLifted
      ? `${shownAddress(address)}: may be written to again, once they sign up.`
      : `${shownAddress(address)} was not suppressed.`,
  );
  return isLifted ? 0 : 3;
}

async function unsubscribeNow(app: App, { email, evidence }: Asked): Promise<number> {
  const subscriber = await knownSubscriber(app, email);
  await unsubscribeByHand(app, subscriber, evidence);
  console.log(`${shownAddress(subscriber.email)}: unsubscribed.`);
  return 0;
}
