import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { noteAct } from './audit.ts';
import { isoTime } from './clock.ts';
import type { Trx } from './db.ts';
import { AppError } from './errors.ts';
import { databaseNumber } from './instance-rows.ts';
import type { Parts } from './parts.ts';
import { replaceSetting, settingValue, writeSetting } from './settings.ts';

type InstanceParts = Pick<Parts, 'db' | 'engine' | 'clock' | 'config'>;

/** Whether this is the one that sends editions, or the copy of one that still may. */
export type Instance =
  | { state: 'ours' }
  /** Another has it: on which machine it ran, and when it was last seen at work (UTC text). */
  | { state: 'elsewhere'; machine: string; seen: string | undefined };

const HOLDER = 'instance';
const SEEN = 'instance-seen';

/**
 * Of two copies of one database, each would send the same editions to the same readers. So a database remembers where
 * it is at work; found elsewhere, it asks a person first. The first start takes it.
 */
export async function instanceOf(parts: InstanceParts): Promise<Instance> {
  const here = await fingerprint(parts);
  const holder = (await settingValue(parts.db, HOLDER)) ?? (await takeFirst(parts, here));
  const [held, ...machine] = holder.split(' ');
  if (held === here) return { state: 'ours' };
  return { state: 'elsewhere', machine: machine.join(' '), seen: await settingValue(parts.db, SEEN) };
}

export async function isOurInstance(parts: InstanceParts): Promise<boolean> {
  return (await instanceOf(parts)).state === 'ours';
}

/** @throws AppError `conflict` where editions are another's to send */
export async function requireInstance(parts: InstanceParts): Promise<void> {
  const instance = await instanceOf(parts);
  if (instance.state === 'elsewhere') throw new AppError('conflict', instanceWords(instance));
}

/** What a person needs to know to decide. */
export function instanceWords({ machine, seen }: Extract<Instance, { state: 'elsewhere' }>): string {
  const last = seen === undefined ? '' : `, last seen at ${seen.slice(0, 16).replace('T', ' ')} UTC`;
  return `This database was copied from another place (on ${machine}${last}), so no edition is made or sent here: readers would get each twice. If the other one is gone for good, say so: npx watchpost instance take`;
}

/** A person's word that this is now the one, and that the other will not send again. */
export async function takeInstance(parts: InstanceParts & Pick<Parts, 'secret' | 'who'>): Promise<void> {
  const holder = `${await fingerprint(parts)} ${hostname()}`;
  await parts.db.transaction().execute(async (trx) => {
    await writeSetting(trx, HOLDER, holder);
    await noteAct(trx, parts, { act: 'instance.take', subject: 'instance', after: hostname() });
  });
  await noteSeen(parts);
}

/** After a restore, wherever it is: what is older may have been sent since, so that a person is asked first. */
export async function forgetInstance(trx: Trx): Promise<void> {
  const holder = await settingValue(trx, HOLDER);
  if (holder !== undefined)
    await writeSetting(trx, HOLDER, ['restored', ...holder.split(' ').slice(1)].join(' '));
}

/** Writes down, now and then, that this one is at work; in a copy, that a person is to say which one it is. */
export async function watchInstance(parts: InstanceParts & Pick<Parts, 'log'>): Promise<void> {
  const instance = await instanceOf(parts);
  if (instance.state === 'ours') await noteSeen(parts);
  else parts.log.warn('instance.moved', { message: instanceWords(instance) });
}

/** When a worker was last at work on this database (UTC text); it says so once a minute. */
export async function lastSeenAtWork({ db }: Pick<Parts, 'db'>): Promise<string | undefined> {
  return settingValue(db, SEEN);
}

async function noteSeen({ db, clock }: InstanceParts): Promise<void> {
  await writeSetting(db, SEEN, isoTime(clock.now()));
}

async function takeFirst({ db }: InstanceParts, here: string): Promise<string> {
  const value = `${here} ${hostname()}`;
  const isTaken = await db.transaction().execute((trx) => replaceSetting(trx, HOLDER, undefined, value));
  return isTaken ? value : ((await settingValue(db, HOLDER)) ?? value);
}

/**
 * Where a database is at work. On SQLite the machine and the file of the secret, whose inode and time of birth no copy
 * shares; on PostgreSQL, which several machines share, the database itself and how it is reached.
 */
async function fingerprint({ db, engine, config }: InstanceParts): Promise<string> {
  const place =
    engine === 'postgres' ? await databasePlace(db, config.databaseUrl) : filePlace(config.dataDir);
  return createHash('sha256').update(place).digest('hex').slice(0, 32);
}

async function databasePlace(db: Parts['db'], databaseUrl: string | undefined): Promise<string> {
  const url = databaseUrl === undefined ? undefined : new URL(databaseUrl);
  return `postgres ${url?.host ?? ''}${url?.pathname ?? ''} ${await databaseNumber(db)}`;
}

function filePlace(dataDir: string): string {
  const { ino, birthtimeNs } = statSync(path.join(dataDir, 'secret'), { bigint: true });
  return `sqlite ${machineId()} ${ino} ${birthtimeNs}`;
}

/** machine-id(5); not everywhere, and then the file alone tells. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}
