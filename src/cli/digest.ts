import type { App } from '#core/app.ts';
import { type Made, makeEdition, plannedEdition } from '#core/editions/make-edition.ts';
import { CADENCES, type Cadence } from '#core/subscribers/subscriber.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { approve, cancel } from './edition.ts';
import { sendEdition, tellStops } from './send-edition.ts';
import { showLetters, testAddress } from './show-letters.ts';

export const digestCommand: Command = {
  summary: 'digest preview|send: makes a digest of what was published since the last one',
  help: `Usage: watchpost digest preview --cadence <cadence> [--now <time>]
       watchpost digest send    --cadence <cadence> [--now <time>]

preview   prints the digest that would go out now, as text, to how many, and what keeps it from going; changes nothing
send      makes the edition, a row in the outbox for each reader, and sends them; run again, nothing is sent twice

  --cadence   ${CADENCES.join(', ')}
  --now       an ISO 8601 time to stand for now, such as 2026-11-24T08:00:00Z
  --variant   of a preview: only that group of readers who get the same, from 1
  --html      of a preview: the HTML instead of the text
  --test-to   of a preview: an address to which each letter is sent as a test
  --even-so   send although something is wrong with it, where that harms nobody but its looks

Editions go out by themselves as content/site.yaml says; this is for doing it by hand.
Letters that the relay puts off stay in the outbox and are tried again by the running server or worker.`,
  options: {
    cadence: { type: 'string' },
    now: { type: 'string' },
    variant: { type: 'string' },
    html: { type: 'boolean' },
    'test-to': { type: 'string' },
    'even-so': { type: 'boolean' },
  },
  async run({ positionals, values }) {
    const [action = '', id, ...more] = positionals;
    const evenSo = values['even-so'] === true;
    if (id !== undefined && more.length === 0) {
      if (action === 'approve') return withApp((app) => approve(app, id, { evenSo }));
      if (action === 'cancel') return withApp((app) => cancel(app, id, {}));
    }
    if (id !== undefined || !['preview', 'send'].includes(action))
      throw new UsageError('It is called as "watchpost digest preview" or "watchpost digest send".');
    const cadence = CADENCES.find((one) => one === values.cadence);
    if (!cadence) throw new UsageError(`--cadence should be one of ${CADENCES.join(', ')}.`);
    const html = values.html === true;
    const asked = {
      now: timeFrom(values.now),
      variant: numberFrom(values.variant),
      html,
      testTo: testAddress(values),
      evenSo,
    };
    return withApp((app) => (action === 'send' ? send(app, cadence, asked) : preview(app, cadence, asked)));
  },
};

interface Asked {
  now: Date | undefined;
  /** From 1, in the order in which a preview shows them. */
  variant: number | undefined;
  html: boolean;
  /** Where a preview is sent as a test. */
  testTo: string | undefined;
  evenSo: boolean;
}

async function preview(app: App, cadence: Cadence, { now, variant, html, testTo }: Asked): Promise<number> {
  const planned = await plannedEdition(app, cadence, now ?? app.clock.now());
  if (planned.state !== 'made') return tellNothing(planned, cadence);
  const { edition, variants } = planned;
  const chosen = variant === undefined ? variants : variants.slice(variant - 1, variant);
  if (chosen.length === 0)
    throw new UsageError(
      `--variant should be from 1 to ${variants.length}: the groups of readers who get the same.`,
    );
  await showLetters(app, edition, chosen, { html, testTo });
  return 0;
}

async function send(app: App, cadence: Cadence, { now, evenSo }: Asked): Promise<number> {
  const made = await makeEdition(app, cadence, now ?? app.clock.now(), { evenSo });
  if (made.state === 'stopped') return tellStops(made.stops);
  if (made.state !== 'made') return tellNothing(made, cadence);
  return sendEdition(app, made.edition, made.recipients);
}

function tellNothing(made: Exclude<Made, { state: 'made' | 'stopped' }>, cadence: Cadence): number {
  if (made.state === 'no-subscribers')
    console.log(`Nothing was sent: nobody has confirmed the ${cadence} digest yet.`);
  else
    console.log(
      `Nothing was sent: nothing new for the ${cadence} readers${made.since.startsWith('1970') ? '' : ` since ${made.since}`}.`,
    );
  return 0;
}

function timeFrom(given: unknown): Date | undefined {
  if (given === undefined) return undefined;
  const time = new Date(String(given));
  if (Number.isNaN(time.getTime()))
    throw new UsageError('--now should be a time such as 2026-11-24T08:00:00Z.');
  return time;
}

function numberFrom(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(String(given))) throw new UsageError('--variant should be a number, from 1.');
  return Number(given);
}
