import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPostfix } from '../../support/postfix-tools.ts';
import { median } from '../timing.ts';
import { queueAgain, startOwnSender } from './own-sender.ts';
import { startCommonSink } from './sinks.ts';
import { letterFile, type Stage, setStage } from './stage.ts';
import { smtpSource, startYardstick, type Yardstick, type YardstickJob } from './yardsticks.ts';

const CONNECTIONS = 4;

export interface Scale {
  rounds: number;
  /** Letters of each sender in each round. */
  letters: number;
}

type Say = (line: string) => void;

/** The product's own sender against the yardsticks: the same sink, the same size, as many connections, in turns. */
export async function unsigned(say: Say, scale: Scale): Promise<void> {
  const tools = findPostfix();
  if (!tools)
    say(
      'Postfix’s smtp-source and smtp-sink are not here (POSTFIX_DIR may name where its package is unpacked).',
    );
  const yardsticks = new Map<string, Yardstick>();
  if (tools) {
    yardsticks.set('smtp-source', smtpSource(tools, false));
    yardsticks.set('smtp-source that keeps its connections', smtpSource(tools, true));
  }
  yardsticks.set('a bare socket, ready bytes', await startYardstick('bare'));
  yardsticks.set('nodemailer’s pool, ready bytes', await startYardstick('pool'));
  await compare(say, scale, await setStage(scale.letters), yardsticks, {});
}

/** The same with each letter signed, against a bare socket that signs with a key that it keeps. */
export async function signed(say: Say, scale: Scale, kind: 'rsa' | 'ed25519'): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-key-'));
  const keyFile = path.join(dir, 'dkim.pem');
  const pair =
    kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  writeFileSync(keyFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const env = { DKIM_DOMAIN: 'watchpost.test', DKIM_SELECTOR: 's', DKIM_KEY: keyFile };
  const stage = await setStage(scale.letters, env);
  if (!/^DKIM-Signature:/im.test(stage.letter.toString('latin1')))
    throw new Error('the letters are not signed');
  const yardsticks = new Map([[`a bare socket that signs`, await startYardstick('bare')]]);
  await compare(say, scale, stage, yardsticks, { keyFile });
  rmSync(dir, { recursive: true, force: true });
}

async function compare(
  say: Say,
  { rounds, letters }: Scale,
  stage: Stage,
  yardsticks: Map<string, Yardstick>,
  more: Pick<YardstickJob, 'keyFile'>,
): Promise<void> {
  const sink = await startCommonSink(findPostfix());
  const sender = await startOwnSender(
    stage.newsroom,
    `smtp://127.0.0.1:${sink.port}?maxConnections=${CONNECTIONS}`,
  );
  await sender.makeLetter();
  const job = {
    port: sink.port,
    connections: CONNECTIONS,
    letters,
    file: letterFile(stage),
    ...stage.envelope,
    ...more,
  };
  const own: number[] = [];
  const cost: number[] = [];
  const others = new Map([...yardsticks.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    queueAgain(stage.newsroom, letters);
    const done = await sender.run();
    if (done.letters !== letters) throw new Error(`${done.letters} of ${letters} letters were settled`);
    const rates = new Map<string, number>();
    for (const [name, yardstick] of yardsticks) rates.set(name, await yardstick.run(job));
    if (round === 0) continue; // warm
    own.push(done.letters / (done.ms / 1000));
    cost.push((1000 * done.busy) / done.letters);
    for (const [name, rate] of rates) others.get(name)?.push(rate);
  }
  say(
    `| ${(stage.letter.length / 1000).toFixed(1)} kB a letter, ${letters} letters, ${CONNECTIONS} connections to ${sink.name} | letters/s | ours against it |`,
  );
  say('|---|---|---|');
  say(`| Watchpost, ${median(cost).toFixed(2)} ms of processor a letter | ${median(own).toFixed(0)} | |`);
  for (const [name, rates] of others) {
    const ratio = median(own.map((rate, round) => rate / (rates[round] ?? Number.NaN)));
    say(`| ${name} | ${median(rates).toFixed(0)} | ${ratio.toFixed(3)} |`);
  }
  for (const yardstick of yardsticks.values()) await yardstick.stop();
  await sender.stop();
  await sink.stop();
  stage.newsroom.close();
}
