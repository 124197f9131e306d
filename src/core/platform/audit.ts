import { chainKey, hashOf, isSealed, sealOf } from './audit-chain.ts';
import { type ActRow, type End, holdEnd, insertActs, moveEnd } from './audit-rows.ts';
import { isoTime } from './clock.ts';
import type { Db, Trx } from './db.ts';
import type { Parts } from './parts.ts';

/** What a person did. Ids alone: the log outlives whoever asks to be erased. */
export interface Act {
  who: string;
  /** A dotted word, such as `comment.approve`. */
  act: string;
  /** Of what, such as `comment:15`. */
  subject: string;
  before?: string | undefined;
  after?: string | undefined;
}

type AuditParts = Pick<Parts, 'clock' | 'secret'>;

/** The most that is kept of `before` and of `after`, in bytes; and of the other fields, in characters. */
const MOST_BYTES = 2000;
const MOST_CHARACTERS = 200;

/** So many acts are written by one statement: each is eight of its parameters, of which SQLite takes 32,766. */
const AT_ONCE = 500;

/** Written by the log itself: the seal of its end was not of our secret when the next act came. */
export const RESEALED = 'audit.resealed';

/**
 * Adds an act to the audit log, in the transaction of the act itself: the one is not without the other. Call it last,
 * as everybody else who acts waits from here until the transaction ends.
 */
export async function recordAct(db: Db | Trx, parts: AuditParts, act: Act): Promise<void> {
  await recordActs(db, parts, [act]);
}

/** The same for many at once. */
export async function recordActs(db: Db | Trx, parts: AuditParts, acts: readonly Act[]): Promise<void> {
  if (acts.length === 0) return;
  if (db.isTransaction) await append(db as Trx, parts, acts);
  else await db.transaction().execute((trx) => append(trx, parts, acts));
}

/** The same where a person acts; what the site does by itself, or a reader does, is no act of the log. */
export async function noteAct(
  db: Db | Trx,
  parts: AuditParts & Pick<Parts, 'who'>,
  act: Omit<Act, 'who'>,
): Promise<void> {
  if (parts.who !== undefined) await recordAct(db, parts, { ...act, who: parts.who });
}

async function append(trx: Trx, { clock, secret }: AuditParts, acts: readonly Act[]): Promise<void> {
  const key = chainKey(secret);
  const end = await holdEnd(trx);
  const isOurs = end.head !== undefined && isSealed([key], end.head);
  const at = isoTime(clock.now());
  let hash = end.head?.hash ?? '';
  let id = Math.max(end.head?.id ?? 0, end.last); // where somebody has meddled, the next act is still written
  const rows = [...(isOurs ? [] : [resealed(end)]), ...acts].map((act): ActRow => {
    const row = { id: ++id, at, ...kept(act) };
    hash = hashOf(key, hash, row);
    return { ...row, hash };
  });
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await insertActs(trx, rows.slice(from, from + AT_ONCE));
  await moveEnd(trx, { id, hash, seal: sealOf(key, { id, hash }) });
}

/** Said in the log for ever, with the seal that was found: by the secret that made it, it can be told from a forged one. */
function resealed({ head }: End): Act {
  return {
    who: 'watchpost',
    act: RESEALED,
    subject: 'audit',
    before: head && `${head.id} ${head.hash} ${head.seal}`,
  };
}

function kept({ who, act, subject, before, after }: Act): Omit<ActRow, 'id' | 'at' | 'hash'> {
  if (!/^[a-z-]+(?:\.[a-z-]+)+$/.test(act)) throw new Error(`"${act}" is no word of an act.`);
  return {
    who: cut(who),
    act,
    subject: cut(subject),
    before: before === undefined ? null : shortened(line(before)),
    after: after === undefined ? null : shortened(line(after)),
  };
}

/** What both engines give back as it was, and a terminal shows as it is: no NUL, no controls, no half of a pair. */
function line(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, ' ');
}

/** Well-formed again, where it is cut between the halves of a pair. */
function cut(text: string): string {
  return line(text).slice(0, MOST_CHARACTERS).toWellFormed();
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  let end = MOST_BYTES - 3; // the ellipsis
  const bytes = Buffer.from(text);
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--; // not in the middle of a character
  return `${bytes.toString('utf8', 0, end)}…`;
}
