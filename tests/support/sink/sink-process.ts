import { createServer } from 'node:net';
import { randomShares } from '../random.ts';
import { Conversation, type Ending, type Taker } from './conversation.ts';
import { RelayLog } from './relay-log.ts';
import type { SinkAnswer, SinkOptions, SinkOrder } from './sink.ts';

/** The sink itself, in a process of its own: it outlives whoever sends to it, and measures nobody but itself. */
const { delayMs = 0, gapMs = 0, log, cuts = 0, seed = 1 }: SinkOptions = JSON.parse(process.argv[2] ?? '{}');
const random = randomShares(seed);
/** Most letters wait for nothing, some for long: a kill finds those, also where it takes the process a while to be gone. */
const LONG_SHARE = 1 / 8;
const counted = { taken: 0, cut: 0, connections: 0, firstAt: 0, lastAt: 0 };
let awaited = Number.POSITIVE_INFINITY;

const manners = {
  delayMs,
  gapMs: () => (random() < LONG_SHARE ? (2 / LONG_SHARE) * gapMs * random() : 0),
  taker: log === undefined ? undefined : logging(new RelayLog(log)),
  count() {
    counted.lastAt = performance.timeOrigin + performance.now();
    counted.firstAt ||= counted.lastAt;
    if (++counted.taken >= awaited) tell();
  },
};
const server = createServer((socket) => {
  counted.connections++;
  socket.on('error', () => {}); // who is killed says no goodbye
  new Conversation(socket, manners);
});
server.listen(0, '127.0.0.1', () => answer({ port: (server.address() as { port: number }).port }));
process.on('message', (order: SinkOrder) => {
  if (order.delayMs !== undefined) manners.delayMs = order.delayMs;
  if (order.reset) Object.assign(counted, { taken: 0, cut: 0, connections: 0, firstAt: 0, lastAt: 0 });
  awaited = order.until ?? Number.POSITIVE_INFINITY;
  if (counted.taken >= (order.until ?? 0)) tell();
});
process.on('disconnect', () => process.exit());

function tell(): void {
  awaited = Number.POSITIVE_INFINITY;
  answer({ counted });
}

function answer(what: SinkAnswer): void {
  process.send?.(what);
}

/** Each letter is written down before it is answered; some lines are cut at the dot, half of them after the writing. */
function logging(relayLog: RelayLog): Taker {
  return {
    begins: (messageId) => relayLog.begins(messageId),
    ends(queueId, recipient): Ending {
      const isCut = random() < cuts;
      const isTaken = !isCut || random() < 0.5;
      if (isTaken) relayLog.taken(queueId, recipient);
      if (!isCut) return 'answer';
      counted.cut++;
      return isTaken ? 'cut-taken' : 'cut-untaken';
    },
  };
}
