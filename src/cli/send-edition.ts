import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#core/app.ts';
import type { Stop } from '#core/editions/before-start.ts';
import { type Edition, editionPath } from '#core/editions/edition.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { finishEditions, stateWords } from '#core/editions/move-edition.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { isConfirmed } from './ask.ts';
import { countsText } from './edition-words.ts';

/** What a command needs to know to send one letter or alert once. */
export interface Asked {
  title: string;
  /** To how many it would go now. */
  readers: number;
  isYes: boolean;
  send(): Promise<
    | { state: 'made'; edition: Edition; recipients: number }
    | { state: 'stopped'; stops: Stop[] }
    | { state: 'no-readers' }
  >;
  /** Why nobody is left to get it. */
  nobody: string;
}

/** Asks whoever sits at the terminal, then sends; the exit code. */
export async function askAndSend(app: App, { title, readers, isYes, send, nobody }: Asked): Promise<number> {
  const question = `Send "${title}" now to ${readers} ${readers === 1 ? 'reader' : 'readers'}?`;
  if (readers > 0 && !(await isConfirmed(question, isYes))) return 0;
  const sent = await send();
  if (sent.state === 'stopped') return tellStops(sent.stops);
  if (sent.state === 'made') return sendEdition(app, sent.edition, sent.recipients);
  console.log(`Nothing was sent: ${nobody}.`);
  return 0;
}

/** Says what was made and sends it, beside a server that may be sending too; the exit code. */
export async function sendEdition(app: App, edition: Edition, recipients: number): Promise<number> {
  console.log(`Edition ${edition.id}: ${recipients} ${recipients === 1 ? 'letter' : 'letters'} to send.`);
  console.log(`On the site: ${new URL(editionPath(edition.id), app.siteUrl).href}`);
  await deliverAll(app, edition.id, recipients);
  await finishEditions(app);
  const counts = await deliveryCounts(app.db, edition.id);
  console.log(countsText(counts));
  if (counts.deferred)
    console.log('What is deferred stays in the outbox and is tried again by the running server or worker.');
  const now = await editionById(app.db, edition.id);
  if (now?.state === 'paused' || now?.state === 'cancelled')
    console.log(`The edition ${stateWords(now)}${now.reason ? `: ${now.reason}` : ''}.`);
  const isAllSent = now?.state === 'sent' && !counts.bounced && !counts.uncertain;
  return isAllSent ? 0 : 1;
}

/** Until every row is settled or put off, or the edition is paused or cancelled. */
async function deliverAll(app: App, edition: string, recipients: number): Promise<void> {
  for (;;) {
    await app.sender.recover();
    while ((await app.sender.sendDue({ edition })) > 0) await showProgress(app, edition, recipients);
    const counts = await deliveryCounts(app.db, edition);
    const underWay = (counts.claimed ?? 0) + (counts['at-the-dot'] ?? 0);
    const isSending = (await editionById(app.db, edition))?.state === 'sending';
    if (underWay === 0 && (!counts.queued || !isSending)) break;
    await sleep(200); // another process has them
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
}

async function showProgress(app: App, edition: string, recipients: number): Promise<void> {
  if (!process.stderr.isTTY) return;
  const { sent = 0 } = await deliveryCounts(app.db, edition);
  process.stderr.write(`\r${sent} of ${recipients} sent`);
}

/** Why it was not made; exit code 4. */
export function tellStops(stops: readonly Stop[]): number {
  console.error('Nothing was sent. What keeps it from going out:');
  for (const { message, isFinal } of stops)
    console.error(`  ${message}${isFinal ? '' : ' (--even-so sends it nevertheless)'}`);
  return 4;
}
