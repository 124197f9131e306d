import { openSync, writeSync } from 'node:fs';

/** What the sink promised to deliver, read back from its log. */
export interface TakenLetter {
  messageId: string;
  recipient: string;
}

/**
 * Writes what became of each letter as Postfix does: cleanup names the Message-ID as soon as the head has come, qmgr
 * the letter once it is taken, smtp whom it went to. A line is in the file before the next reply goes out.
 */
export class RelayLog {
  readonly #file: number;
  #letters = 0;

  constructor(file: string) {
    this.#file = openSync(file, 'a');
  }

  begins(messageId: string): string {
    const queueId = (0x1_0000_0000 + ++this.#letters).toString(16).toUpperCase();
    this.#write('cleanup', `${queueId}: message-id=<${messageId}>`);
    return queueId;
  }

  taken(queueId: string, recipient: string): void {
    this.#write('qmgr', `${queueId}: from=<bounces@sink.test>, size=40000, nrcpt=1 (queue active)`);
    const how = 'relay=mailbox.test[192.0.2.25]:25, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0';
    this.#write('smtp', `${queueId}: to=<${recipient}>, ${how}, status=sent (250 2.0.0 Ok)`);
    this.#write('qmgr', `${queueId}: removed`);
  }

  #write(service: string, words: string): void {
    writeSync(this.#file, `${stamp(new Date())} sink postfix/${service}[${process.pid}]: ${words}\n`);
  }
}

/** Every letter that was taken, in order; of the lines of one letter the last to say whom it went to counts. */
export function takenLetters(log: string): TakenLetter[] {
  const messageIds = new Map<string, string>();
  const taken: TakenLetter[] = [];
  for (const line of log.split('\n')) {
    const [, queueId = '', words = ''] = /postfix\/\w+\[\d+\]: ([0-9A-F]+): (.*)$/.exec(line) ?? [];
    const messageId = /^message-id=<(.*)>$/.exec(words)?.[1];
    if (messageId !== undefined) messageIds.set(queueId, messageId);
    const recipient = /^to=<(.*?)>.*status=sent/.exec(words)?.[1];
    if (recipient !== undefined) taken.push({ messageId: messageIds.get(queueId) ?? '', recipient });
  }
  return taken;
}

/** `Nov 25 04:49:51`: syslog's, without a year, in the machine's own zone. */
function stamp(now: Date): string {
  const [, month, day, , time] = /^\w+ (\w+) (\d+) (\d+) (\S+)/.exec(now.toString()) ?? [];
  return `${month} ${String(Number(day)).padStart(2)} ${time}`;
}
