import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isRunning } from '../platform/is-running.ts';

/** A name for a sender, so that what it held can be taken back when it is gone. */
export function newOwner(): string {
  return `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`;
}

/** A sender on this machine is asked for by its process id; of one elsewhere only its lease is known. */
export function isAlive(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname()) return true;
  return isRunning(Number(pid));
}
