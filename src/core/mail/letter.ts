import addressparser from 'nodemailer/lib/addressparser';
import MailComposer from 'nodemailer/lib/mail-composer';

export interface Mailbox {
  name: string;
  address: string;
}

/** One letter, ready to be made into bytes. */
export interface Letter {
  from: Mailbox;
  to: string;
  subject: string;
  /** Without brackets; fixed before the first attempt. */
  messageId: string;
  date: Date;
  text: string;
  html: string;
  headers: Record<string, string>;
}

/** `Name <address>` or a bare address, as in MAIL_FROM; undefined where it holds no address. */
export function parseMailbox(text: string): Mailbox | undefined {
  const [first] = addressparser(text, { flatten: true }) as Mailbox[];
  return first?.address.includes('@') ? { name: first.name, address: first.address } : undefined;
}

/** The message as RFC 5322 bytes: text and HTML, every header encoded and folded by nodemailer. */
export async function messageBytes(letter: Letter): Promise<Buffer> {
  const message = new MailComposer({
    from: letter.from,
    to: { name: '', address: letter.to }, // an object: in a string a comma would make two recipients
    subject: letter.subject,
    messageId: `<${letter.messageId}>`,
    date: letter.date,
    text: letter.text,
    html: letter.html,
    headers: Object.fromEntries(
      Object.entries(letter.headers).map(([name, value]) => [name, { prepared: true, value }]),
    ),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const bytes = await message.compile().build();
  // Text that needs no encoding keeps its bare LF: SMTP would mend it on the way, after the signature was made.
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}
