import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addManyReaders } from '../../support/many-readers.ts';
import { articleFile, type Newsroom, openNewsroom } from '../../support/newsroom-on-disk.ts';
import { startSmtpFake } from '../../support/smtp-fake.ts';
import { startOwnSender } from './own-sender.ts';

/** How large a letter of the benches is to be; and how near is near enough. */
const SIZE = 40_000;
const NEAR = 400;
const STORIES = 12;

/** A newsroom with an edition for many readers in its outbox, and one letter of it as it goes out. */
export interface Stage {
  newsroom: Newsroom;
  /** As it went over the wire: to one reader, with its headers. */
  letter: Buffer;
  envelope: { from: string; to: string };
}

/** @param env settings, such as a key to sign with */
export async function setStage(readers: number, env: NodeJS.ProcessEnv = {}): Promise<Stage> {
  const length = await dekLength();
  const sample = await sampled(length, env);
  const newsroom = await openNewsroom(content(length), env);
  addManyReaders(newsroom.file, readers);
  return { newsroom, ...sample };
}

/** Stories with summaries of that length; words that no letter has to encode. */
function content(length: number): Record<string, string> {
  const words = 'We saw the same, and it took us most of a day to find out why the second never answered. ';
  const dek = words
    .repeat(Math.ceil(length / words.length))
    .slice(0, length)
    .trim();
  return Object.fromEntries(Array.from({ length: STORIES }, (_, n) => articleFile(`story-${n}`, dek)));
}

let found: number | undefined;

/** Which length makes a letter of the wanted size: looked for by trying, as the layout is not ours to know. */
async function dekLength(): Promise<number> {
  let length = found ?? 1_000;
  let step = 2 * STORIES; // each character stands in the text and in the HTML
  for (let tries = 0; found === undefined && tries < 5; tries++) {
    const { letter } = await sampled(length);
    const missing = SIZE - letter.length;
    if (Math.abs(missing) <= NEAR) found = length;
    const next = Math.max(100, Math.round(length + missing / step));
    if (tries === 0)
      step = ((await sampled(next)).letter.length - letter.length) / (next - length || 1) || step;
    length = found ?? next;
  }
  found ??= length;
  return found;
}

/** One letter, as a relay gets it. */
async function sampled(length: number, env: NodeJS.ProcessEnv = {}): Promise<Omit<Stage, 'newsroom'>> {
  const relay = await startSmtpFake();
  const newsroom = await openNewsroom(content(length), env);
  try {
    addManyReaders(newsroom.file, 1);
    const sender = await startOwnSender(newsroom, relay.url);
    await sender.makeEdition();
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
