import { MESSAGE_LIMIT } from '#core/mail/bounces/message-parts.ts';
import type { Report } from '#core/mail/bounces/report.ts';
import { wordsOf } from '#core/platform/errors.ts';
import type { Taken } from '#core/subscribers/take-bounce.ts';
import { takeMessage } from '#core/subscribers/take-message.ts';
import { type Command, UsageError, withStore } from './command.ts';

/** EX_TEMPFAIL of sysexits.h: the mail system keeps the message and tries again. */
const TRY_AGAIN = 75;

export const bounceCommand: Command = {
  summary: 'takes a message that came back, from a mail system’s pipe or alias',
  help: `Usage: watchpost bounce [--recipient <address>] [--dry-run] < message

Reads one message on standard input: a bounce, a complaint, or a wish to leave. Dead addresses and complaints are
suppressed, who asks to leave is unsubscribed, other failures are counted; absence notes and reports on
authentication are let go. What does not show a letter of ours (its return address or its Message-ID) changes nothing.

  --recipient  the address that the message was sent to; may stand several times. Left out, it is taken from
               ORIGINAL_RECIPIENT, RECIPIENT, or LOCAL_PART and EXTENSION, as Postfix and Exim set them
  --dry-run    says what would be done, and changes nothing

Exit code 0: taken, or nothing to do. 75 (EX_TEMPFAIL): it could not be taken now, such as while the database is away,
a setting is wrong or the call is; the mail system keeps it and tries again. No other: nothing that came back is lost.
It opens the database and nothing else, makes none and migrates none: that is the server's to do, once.
In Postfix, in /etc/aliases, for all addresses bounces+…@ (recipient_delimiter = +):
  bounces: "|/srv/watchpost/node_modules/.bin/watchpost bounce"`,
  options: { recipient: { type: 'string', multiple: true }, 'dry-run': { type: 'boolean' } },
  faultCode: TRY_AGAIN, // a mail system gives the message up at any other
  async run({ positionals, values }) {
    if (positionals.length > 0) throw new UsageError('The message is read from standard input alone.');
    if (process.stdin.isTTY) throw new UsageError('A message should come on standard input.');
    const given = Array.isArray(values.recipient) ? values.recipient.map(String) : [];
    const recipients = given.length > 0 ? given : recipientsFrom(process.env);
    try {
      return await take(await read(process.stdin), recipients, values['dry-run'] === true);
    } catch (error) {
      // Whatever it is, it is mended by a person, and the message should still be there then.
      console.error(`It could not be taken now: ${wordsOf(error)}`);
      return TRY_AGAIN;
    }
  },
};

async function take(message: Buffer, recipients: readonly string[], dryRun: boolean): Promise<number> {
  const { report, taken } = await withStore((store) => takeMessage(store, message, recipients, { dryRun }));
  if (dryRun) console.log('Nothing was changed; this would be done:');
  for (const one of taken) console.log(wordsFor(one, report));
  return 0;
}

/** The message as far as it is looked at; the rest is read too, so that the mail system's pipe does not break. */
async function read(input: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    if (length < MESSAGE_LIMIT) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** Postfix's local(8) and pipe(8), Exim's pipe transport, qmail-command(8): each tells the recipient its own way. */
export function recipientsFrom(env: NodeJS.ProcessEnv): string[] {
  const {
    ORIGINAL_RECIPIENT,
    RECIPIENT,
    LOCAL,
    LOCAL_PART,
    LOCAL_PART_SUFFIX,
    EXTENSION,
    DOMAIN = 'localhost',
  } = env;
  const extension = LOCAL_PART_SUFFIX ?? (EXTENSION ? `+${EXTENSION}` : '');
  const local = LOCAL_PART === undefined ? LOCAL : `${LOCAL_PART}${extension}`;
  const all = [ORIGINAL_RECIPIENT, RECIPIENT, local === undefined ? undefined : `${local}@${DOMAIN}`];
  return all.filter((address) => address?.includes('@') ?? false) as string[];
}

const NOTHING: Record<Report['kind'], string> = {
  bounces: 'It tells of a letter that is late or has arrived: nothing to do.',
  complaint: 'It names nobody: nothing to do.',
  'opt-out': 'It names nobody: nothing to do.',
  'auto-reply': 'An automatic answer: nothing to do.',
  'authentication-report': 'A report on authentication: nothing to do.',
  nothing: 'Neither a bounce, nor a complaint, nor a wish to leave: nothing to do.',
};

const SUPPRESSED = {
  hard: 'The address is dead: it gets no more letters.',
  'soft-too-often': 'The fifth letter in fourteen days came back: the address gets no more letters.',
  complaint: 'Its reader called a letter spam: the address gets no more letters.',
};

function wordsFor(taken: Taken, { kind }: Report): string {
  switch (taken.state) {
    case 'suppressed':
      return SUPPRESSED[taken.why];
    case 'unsubscribed':
      return 'Its reader asks to leave: unsubscribed.';
    case 'counted':
      return `The letter failed, the address may live: counted, ${taken.times} of 5 in fourteen days.`;
    case 'taken-before':
      return 'It was taken before.';
    case 'nobody':
      return 'The letter went to nobody who subscribes now; its row says that it came back.';
    case 'unproven':
      return 'It shows no letter of ours, and may be made up: nothing was done.';
    case 'nothing':
      return NOTHING[kind];
  }
}
