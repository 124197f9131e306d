import { once } from 'node:events';
import Database from 'better-sqlite3';
import { closeApp, openApp } from '#core/app.ts';
import { openEditionSender } from '#core/edition-sender.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { letterNamed, sendLetter } from '#core/editions/send-letter.ts';
import { newOwner } from '#core/mail/owner.ts';
import { readConfig } from '#core/platform/config.ts';
import type { Newsroom } from '../../support/newsroom-on-disk.ts';
import { type Role, spawnPinned } from '../../support/processes.ts';

/** Makes the rows, or sends what is due: the only file of the benches that knows the sender from inside. */
type Order = 'digest' | 'letter' | 'send';

/** The name of the letter of content/letters that `makeLetter` sends. */
export const LONG_LETTER = 'long';

interface Done {
  letters: number;
  ms: number;
}

/** The product's own sender, as the thread of a server runs it, in a process of its own. */
export interface OwnSender {
  /** Makes a weekly digest and its rows; how many, and how long that took. */
  makeEdition(): Promise<Done>;
  /** The same of a Markdown letter. */
  makeLetter(): Promise<Done>;
  /** Sends all that is due; `busy` is the processor time that took, in seconds. */
  run(): Promise<Done & { busy: number }>;
  stop(): Promise<void>;
}

export async function startOwnSender(
  newsroom: Newsroom,
  smtpUrl: string,
  role: Role = 'server',
): Promise<OwnSender> {
  const env = { ...newsroom.env, SMTP_URL: smtpUrl, LOG_LEVEL: 'warn' };
  const started = spawnPinned(role, process.execPath, [import.meta.filename], { env, ipc: true });
  const ordered = async (order: Order) => {
    started.child.send(order);
    const [done] = (await once(started.child, 'message')) as [Done];
    return done;
  };
  await once(started.child, 'message');
  return {
    makeEdition: () => ordered('digest'),
    makeLetter: () => ordered('letter'),
    async run() {
      const before = started.busy();
      const done = await ordered('send');
      return { ...done, busy: started.busy() - before };
    },
    stop: () => started.stop(),
  };
}

/** Letters that are sent are to be sent again, so many of them: another round over the same rows. */
export function queueAgain({ file }: Newsroom, most: number): void {
  const database = new Database(file, { timeout: 10_000 });
  database.exec(`update edition set state = 'sending', ended_at = null`);
  database.exec(`update delivery set state = 'sent'`);
  database
    .prepare(
      `update delivery set state = 'queued', attempts = 0, reply = null, sent_at = null, lease_owner = null,
       lease_until = null where id in (select id from delivery order by id limit ?)`,
    )
    .run(most);
  database.pragma('wal_checkpoint(truncate)');
  database.close();
}

async function make(order: 'digest' | 'letter'): Promise<Done> {
  const app = await openApp(readConfig());
  const began = performance.now();
  const made =
    order === 'digest'
      ? await makeEdition(app, 'weekly', app.clock.now())
      : await sendLetter(app, letterNamed(app, LONG_LETTER));
  const ms = performance.now() - began;
  await closeApp(app);
  if (made.state !== 'made') throw new Error(`the edition was not made: ${JSON.stringify(made)}`);
  return { letters: made.recipients, ms };
}

function beOwnSender(): void {
  let opened: ReturnType<typeof openEditionSender> | undefined;
  const send = async (): Promise<Done> => {
    opened ??= openEditionSender(readConfig(), newOwner());
    const began = performance.now();
    const letters = await opened.sender.sendDue('editions');
    return { letters, ms: performance.now() - began };
  };
  process.on('message', async (order: Order) =>
    process.send?.(await (order === 'send' ? send() : make(order))),
  );
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

if (import.meta.main) beOwnSender();
