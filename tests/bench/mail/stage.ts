import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addManyReaders } from '../../support/many-readers.ts';
import { type Newsroom, openNewsroom } from '../../support/newsroom-on-disk.ts';
import { startSmtpFake } from '../../support/smtp-fake.ts';
import { LONG_LETTER, startOwnSender } from './own-sender.ts';

/** How large a letter of the benches is to be; and how near is near enough. */
const SIZE = 40_000;
const NEAR = 400;

/** A newsroom with an edition for many readers in its outbox, and one letter of it as it goes out. */
export interface Stage {
  newsroom: Newsroom;
  /** As it went over the wire: to one reader, with its headers. */
  letter: Buffer;
  envelope: { from: string; to: string };
}

/** @param env settings, such as a key to sign with */
export async function setStage(readers: number, env: NodeJS.ProcessEnv = {}): Promise<Stage> {
  const length = await textLength();
  const sample = await sampled(length, env);
  const newsroom = await openNewsroom(content(length), env);
  addManyReaders(newsroom.file, readers);
  return { newsroom, ...sample };
}

/** A letter of that many characters; words that need no encoding. */
function content(length: number): Record<string, string> {
  const words = 'We saw the same, and it took us most of a day to find out why the second never answered. ';
  const paragraph = `${words.repeat(5).trim()}\n\n`;
  const text = paragraph.repeat(Math.ceil(length / paragraph.length)).slice(0, length);
  return { [`letters/${LONG_LETTER}.md`]: `---\ntitle: A long letter\n---\n${text}\n` };
}

let found: number | undefined;

/** How much text makes a letter of the wanted size: looked for by trying, as the layout is not ours to know. */
async function textLength(): Promise<number> {
  let length = found ?? SIZE / 3;
  for (let tries = 0; found === undefined && tries < 8; tries++) {
    const missing = SIZE - (await sampled(length)).letter.length;
    if (Math.abs(missing) <= NEAR) found = length;
    else length = Math.max(1, Math.round(length + missing / 2)); // it stands in the text and in the HTML
  }
  if (found === undefined) throw new Error(`no letter has ${SIZE} octets`);
  return found;
}

/** One letter, as a relay gets it. */
async function sampled(length: number, env: NodeJS.ProcessEnv = {}): Promise<Omit<Stage, 'newsroom'>> {
  const relay = await startSmtpFake();
  const newsroom = await openNewsroom(content(length), env);
  try {
    addManyReaders(newsroom.file, 1);
    const sender = await startOwnSender(newsroom, relay.url);
    await sender.makeLetter();
    await sender.run();
    await sender.stop();
    const [message] = relay.messages;
    if (!message) throw new Error('no letter came out');
    return { letter: message.raw, envelope: { from: message.from, to: message.to[0] ?? '' } };
  } finally {
    await relay.stop();
    newsroom.close();
  }
}

/** A letter in a file, for processes that send nothing else. */
export function letterFile({ newsroom, letter }: Stage): string {
  const file = path.join(newsroom.dataDir, 'letter.eml');
  writeFileSync(file, letter);
  if (readFileSync(file).length !== letter.length) throw new Error('the letter was not written');
  return file;
}
