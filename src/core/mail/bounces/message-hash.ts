import { createHash } from 'node:crypto';

/**
 * The same for one message however it came: what mail systems put before it on its way, and how they end lines, does
 * not count.
 */
export function messageHash(message: Buffer): string {
  const text = message.toString('latin1').replace(/\r\n/g, '\n');
  const end = text.indexOf('\n\n');
  const header = end === -1 ? text : text.slice(0, end);
  const id = /^message-id:[ \t]*(\S+)/im.exec(header)?.[1] ?? '';
  return createHash('sha256')
    .update(`${id}\n${end === -1 ? text : text.slice(end)}`, 'latin1')
    .digest('hex');
}
