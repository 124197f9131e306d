import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#core/app.ts';
import { type Edition, editionPath } from '#core/editions/edition.ts';
import { type Made, makeEdition, plannedEdition } from '#core/editions/make-edition.ts';
import { variantPreviews } from '#core/editions/previews.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { CADENCES, type Cadence } from '#core/subscribers/subscriber.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const digestCommand: Command = {
  summary: 'digest preview|send: makes a digest of what was published since the last one',
  help: `Usage: watchpost digest preview --cadence <cadence> [--now <time>]
       watchpost digest send    --cadence <cadence> [--now <time>]

preview   prints the digest that would go out now, as text, and to how many; changes nothing
send      makes the edition, a row in the outbox for each reader, and sends them; run again, nothing is sent twice

  --cadence   ${CADENCES.join(', ')}
  --now       an ISO 8601 time to stand for now, such as 2026-11-24T08:00:00Z

Editions go out by themselves as content/site.yaml says; this is for doing it by hand.
Letters that the relay puts off stay in the outbox and are tried again by the running server or worker.`,
  options: { cadence: { type: 'string' }, now: { type: 'string' } },
  async run({ positionals, values }) {
    const [action = ''] = positionals;
    if (positionals.length !== 1 || !['preview', 'send'].includes(action))
      throw new UsageError('It is called as "watchpost digest preview" or "watchpost digest send".');
    const cadence = CADENCES.find((one) => one === values.cadence);
    if (!cadence) throw new UsageError(`--cadence should be one of ${CADENCES.join(', ')}.`);
    const now = timeFrom(values.now);
    return withApp((app) => (action === 'send' ? send(app, cadence, now) : preview(app, cadence, now)));
  },
};

async function preview(app: App, cadence: Cadence, now: Date | undefined): Promise<number> {
  const planned = await plannedEdition(app, cadence, now ?? app.clock.now());
  if (planned.state !== 'made') return tellNothing(planned, cadence);
  for (const { topics, readers, subject, text } of variantPreviews(app, planned.edition, planned.variants)) {
    const who = `To ${readers} ${readers === 1 ? 'reader' : 'readers'}`;
    console.log(`${who}${topics ? ` of ${topics}` : ''}\nSubject: ${subject}\n\n${text}\n`);
  }
  return 0;
}

async function send(app: App, cadence: Cadence, now: Date | undefined): Promise<number> {
  const made = await makeEdition(app, cadence, now ?? app.clock.now());
  if (made.state !== 'made') return tellNothing(made, cadence);
  console.log(
    `Edition ${made.edition.id}: ${made.recipients} ${made.recipients === 1 ? 'letter' : 'letters'} to send.`,
  );
  console.log(`On the site: ${new URL(editionPath(made.edition.id), app.siteUrl).href}`);
  return deliverAll(app, made.edition, made.recipients);
}

/** Sends beside a server that may be sending too, until every row is settled or put off. */
async function deliverAll(app: App, edition: Edition, recipients: number): Promise<number> {
  for (;;) {
    await app.sender.recover();
    while ((await app.sender.sendDue(edition.id)) > 0) await showProgress(app, edition.id, recipients);
    const counts = await deliveryCounts(app.db, edition.id);
    const underWay = (counts.claimed ?? 0) + (counts['at-the-dot'] ?? 0);
    const waiting = counts.queued ?? 0;
    if (underWay === 0 && waiting === 0) break;
    await sleep(200); // another process has them
  }
  const counts = await deliveryCounts(app.db, edition.id);
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(
    Object.entries(counts)
      .map(([state, count]) => `${count} ${state}`)
      .join(', '),
  );
  if (counts.deferred)
    console.log('What is deferred stays in the outbox and is tried again by the running server or worker.');
  return counts.deferred || counts.bounced || counts.uncertain ? 1 : 0;
}

async function showProgress(app: App, edition: string, recipients: number): Promise<void> {
  if (!process.stderr.isTTY) return;
  const { sent = 0 } = await deliveryCounts(app.db, edition);
  process.stderr.write(`\r${sent} of ${recipients} sent`);
}

function tellNothing(made: Exclude<Made, { state: 'made' }>, cadence: Cadence): number {
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
