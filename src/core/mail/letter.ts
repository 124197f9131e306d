import addressparser from 'nodemailer/lib/addressparser';
import type { SharedLetter } from './letter-template.ts';

export interface Mailbox {
  name: string;
  address: string;
}

/** One letter to one reader, ready to be made into bytes. */
export interface Letter extends SharedLetter {
  to: string;
  /** Without brackets; fixed before the first attempt. */
  messageId: string;
  date: Date;
}

/** `Name <address>` or a bare address, as in MAIL_FROM; undefined where it holds no address. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [first] = addressparser(text, { flatten: true }) as Mailbox[];
  return first?.address.includes('@') ? { name: first.name, address: first.address } : undefined;
}
