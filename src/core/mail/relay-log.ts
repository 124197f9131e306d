import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../platform/errors.ts';

/** `… postfix/cleanup[7]: 4FzX1: message-id=<id>`: it is being received, and may yet be broken off. */
const POSTFIX_BEGUN = /\/cleanup\[\d+\]: (\w+): (?:resent-)?message-id=<?([^>\s]*)/;
/** `… postfix/qmgr[8]: 4FzX1: from=<…>, size=…`: it is in the queue. */
const POSTFIX_QUEUED = /\/n?qmgr\[\d+\]: (\w+): from=</;
const POSTFIX = /\bpostfix[\w-]*\//;
/**
 * `2026-11-24 09:00:01 1tAbCd-00000000001-AbCd <= sender … id=… T="subject" …`, written once the letter is in the spool;
 * what becomes of it (`=>`, `**`, `Completed`) is another matter. The number was shorter before Exim 4.97. What stands
 * behind T= is anybody's.
 */
const EXIM = /(?:^|\s)[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} (.*)/;
const EXIM_TAKEN = /^<= (?:(?! T=").)* id=(\S+)/;
/** `… sendmail[7]: 4AO900x: from=<…>, … msgid=<id>, …`, and what a filter of its says of it after that. */
const SENDMAIL_TAKEN = /\b(?:sendmail|sm-mta)\[\d+\]: (\w+): from=.* msgid=<([^>]+)>/;
const SENDMAIL_REFUSED = /\b(?:sendmail|sm-mta)\[\d+\]: (\w+): Milter.* reject=/;
/** `… smtpd[7]: 7a1b2c3d4e5f6071 smtp message msgid=12ab34cd …`, and before 6.0.3 `smtp event=message`. */
const OPENSMTPD = /\bsmtpd\[\d+\]: [0-9a-f]{16} (?:smtp|mta) \w/;
const ADDRESS = /[^\s<>=,;:"'()[\]]+@[^\s<>,;"'()[\]]+/g;
const REFUSED = /reject|refus|denied|lost connection|timeout|discard/i;

/**
 * Which of these letters a relay's log says that it has taken. Postfix, Exim and Sendmail are understood; of any other
 * log a line that holds the Message-ID and speaks of no refusal is believed.
 *
 * @param messageIds without brackets
 * @throws AppError `invalid` for OpenSMTPD's, which holds no Message-IDs: its `msgid` is a number of its own
 */
export async function acceptedIn(
  lines: Iterable<string> | AsyncIterable<string>,
  messageIds: ReadonlySet<string>,
): Promise<Set<string>> {
  const log = new LogReading(messageIds);
  for await (const line of lines) log.read(line);
  return log.accepted;
}

/** A line longer than that is no relay's. */
const LONGEST_LINE = 64 * 1024;

/** The lines of a log file, however large; of one packed by gzip, too. */
export async function* logLines(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const text = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  let rest = '';
  for await (const piece of text.setEncoding('utf8')) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()?.slice(-LONGEST_LINE) ?? '';
    yield* lines;
  }
  yield rest;
}

const NO_MESSAGE_IDS =
  'This is a log of OpenSMTPD, which does not hold Message-IDs, so nothing was changed. Settle these letters by your own word: --uncertain sent|again.';

class LogReading {
  readonly accepted = new Set<string>();
  readonly #wanted: ReadonlySet<string>;
  /** Letters of which the end has yet to be seen, by the relay's own number; it gives numbers again. */
  readonly #begun = new Map<string, string>();

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  read(line: string): void {
    if (OPENSMTPD.test(line)) throw new AppError('invalid', NO_MESSAGE_IDS);
    const [, exim] = EXIM.exec(line) ?? [];
    const [, number, id] = SENDMAIL_TAKEN.exec(line) ?? SENDMAIL_REFUSED.exec(line) ?? [];
    if (POSTFIX.test(line)) this.#readPostfix(line);
    else if (exim !== undefined) this.#accept(EXIM_TAKEN.exec(exim)?.[1] ?? '');
    else if (number !== undefined) this.#readSendmail(number, id);
    else if (line.includes('@') && !REFUSED.test(line))
      for (const [found] of line.matchAll(ADDRESS)) this.#accept(found);
  }

  #readPostfix(line: string): void {
    const [, begun, id = ''] = POSTFIX_BEGUN.exec(line) ?? [];
    if (begun !== undefined) {
      if (this.#wanted.has(id)) this.#begun.set(begun, id);
      else this.#begun.delete(begun);
      return;
    }
    const [, queued = ''] = POSTFIX_QUEUED.exec(line) ?? [];
    const letter = this.#begun.get(queued);
    if (letter !== undefined) this.#accept(letter);
  }

  #readSendmail(number: string, id: string | undefined): void {
    const taken = id ?? this.#begun.get(number) ?? '';
    if (id === undefined) this.accepted.delete(taken);
    else if (this.#wanted.has(id)) {
      this.#begun.set(number, id);
      this.#accept(id);
    }
  }

  #accept(id: string): void {
    if (this.#wanted.has(id)) this.accepted.add(id);
  }
}
