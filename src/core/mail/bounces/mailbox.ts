import { ImapFlow } from 'imapflow';
import { MINUTE, SECOND } from '../../platform/clock.ts';
import { isLoopback } from '../../platform/loopback.ts';
import { MESSAGE_LIMIT } from './message-parts.ts';

/** What becomes of a message after it was handed over. */
export type Handled = 'done' | 'set-aside';

/** Where messages go that were taken; where the server lets nobody make it, they are marked as read instead. */
const DONE = ['Watchpost', 'Done'];
/** In one visit; the rest waits for the next, which follows at once. */
const MOST = 200;

/** The mailbox could not be visited to the end, in words without its address, its user or its password. */
export class MailboxAway extends Error {}

/**
 * Visits a mailbox by IMAP and hands over each message in it that is neither read nor flagged, oldest first. What is
 * done moves to the folder Watchpost/Done; what is set aside is flagged, for a person to look at.
 *
 * @param url `imaps://user:password@host/INBOX`, as the settings have checked it
 * @param handle if it throws, the visit ends and the message stays as it was
 * @param signal ends the visit
 * @returns how many were handed over
 * @throws MailboxAway where the server cannot be reached, or refuses
 */
export async function visitMailbox(
  url: URL,
  handle: (message: Buffer) => Promise<Handled>,
  signal?: AbortSignal,
): Promise<number> {
  const client = connectionTo(url);
  client.on('error', () => {}); // what was under way rejects as well
  const stop = () => client.close();
  signal?.addEventListener('abort', stop);
  try {
    await atServer(client.connect());
    const folder = decodeURIComponent(url.pathname.slice(1)) || 'INBOX';
    const lock = await atServer(client.getMailboxLock(folder));
    const count = await handOver(client, handle);
    lock.release();
    await client.logout().catch(() => {}); // all is done; a server that hangs up first is no fault
    return count;
  } finally {
    signal?.removeEventListener('abort', stop);
    client.close();
  }
}

function connectionTo(url: URL): ImapFlow {
  const { hostname, port, protocol, username, password } = url;
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'imaps:';
  return new ImapFlow({
    host,
    port: port === '' ? (secure ? 993 : 143) : Number(port),
    secure,
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    tls: { rejectUnauthorized: !isLoopback(hostname) },
    logger: false, // it would write who said what to whom
    disableAutoIdle: true,
    connectionTimeout: 20 * SECOND,
    greetingTimeout: 20 * SECOND,
    socketTimeout: MINUTE,
    maxLiteralSize: 2 * MESSAGE_LIMIT,
    maxLineLength: MESSAGE_LIMIT,
  });
}

async function handOver(client: ImapFlow, handle: (message: Buffer) => Promise<Handled>): Promise<number> {
  const found = (await atServer(client.search({ seen: false, flagged: false }, { uid: true }))) || [];
  const uids = found.slice(0, MOST);
  for (const uid of uids) {
    const wanted = { source: { start: 0, maxLength: MESSAGE_LIMIT } };
    const message = await atServer(client.fetchOne(String(uid), wanted, { uid: true }));
    if (message === false || !message.source) continue; // somebody else has moved it
    const handled = await handle(message.source);
    await atServer(handled === 'done' ? putAway(client, uid) : setAside(client, uid));
  }
  return uids.length;
}

async function putAway(client: ImapFlow, uid: number): Promise<void> {
  const which = String(uid);
  const folder = DONE.join(client.namespace?.delimiter ?? '/');
  const move = () => client.messageMove(which, folder, { uid: true });
  if (await move()) return;
  const isMade = await client.mailboxCreate(folder).then(
    () => true,
    () => false,
  );
  if (!isMade || !(await move())) await client.messageFlagsAdd(which, ['\\Seen'], { uid: true });
}

async function setAside(client: ImapFlow, uid: number): Promise<void> {
  await client.messageFlagsAdd(String(uid), ['\\Flagged'], { uid: true });
}

/** The library's errors may carry what the server said, of whom; their codes say enough. */
async function atServer<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const { authenticationFailed, code } = error as { authenticationFailed?: boolean; code?: string };
    throw new MailboxAway(
      authenticationFailed ? 'it refuses the user or the password' : (code ?? 'the server answered no'),
    );
  }
}
