import { startSink } from '../../support/sink/sink.ts';
import { median } from '../timing.ts';
import { queueAgain, startOwnSender } from './own-sender.ts';
import { letterFile, setStage } from './stage.ts';
import { startYardstick } from './yardsticks.ts';

const DELAY_MS = 20;
const MOST_CONNECTIONS = [1, 4, 16, 32];
/** Letters over each connection in a round. */
const EACH = 60;

/** A relay each of whose answers takes 20 ms: how the rate grows with connections, and what is learned unasked. */
export async function distance(say: (line: string) => void, rounds: number): Promise<void> {
  const stage = await setStage(EACH * 2 * Math.max(...MOST_CONNECTIONS));
  const sink = await startSink({ delayMs: DELAY_MS }, 'load');
  const pool = await startYardstick('pool');
  const maker = await startOwnSender(stage.newsroom, sink.url);
  await maker.makeLetter();
  await maker.stop();
  say(
    `| A relay ${DELAY_MS} ms away, connections | letters/s | each | nodemailer’s pool | ours against it |`,
  );
  say('|---|---|---|---|---|');
  for (const connections of MOST_CONNECTIONS) {
    const letters = EACH * connections;
    const job = { port: sink.port, connections, letters, file: letterFile(stage), ...stage.envelope };
    const sender = await startOwnSender(stage.newsroom, `${sink.url}?maxConnections=${connections}`);
    const own: number[] = [];
    const other: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      queueAgain(stage.newsroom, letters);
      const done = await sender.run();
      const rate = await pool.run(job);
      if (round === 0) continue; // the first one learns how many connections are good
      own.push(done.letters / (done.ms / 1000));
      other.push(rate);
    }
    await sender.stop();
    const [ours, theirs] = [median(own), median(other)];
    say(
      `| ${connections} | ${ours.toFixed(0)} | ${(ours / connections).toFixed(1)} | ${theirs.toFixed(0)} | ${(ours / theirs).toFixed(2)} |`,
    );
  }
  await pool.stop();
  await sink.stop();
  stage.newsroom.close();
}
