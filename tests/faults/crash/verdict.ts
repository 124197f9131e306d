import type { Newsroom } from '../../support/newsroom-on-disk.ts';
import { takenLetters } from '../../support/sink/relay-log.ts';

/** What the books say against what the relay has. */
export interface Verdict {
  recipients: number;
  /** Rows by state; their sum is the number of recipients. */
  states: Record<string, number>;
  uncertain: { recipient: string; isDelivered: boolean }[];
  /** Recipients whose letter the relay never had, though their row does not say that this is in doubt. */
  lost: string[];
  /** Uncertain ones that `watchpost deliveries` does not name. */
  unlisted: string[];
  /** Copies beyond the first. */
  doubled: string[];
  /** Letters that the relay has and no row knows by its Message-ID and recipient. */
  strange: string[];
}

export async function verdictOf(newsroom: Newsroom, log: string): Promise<Verdict> {
  const rows = newsroom.ask<{ recipient: string; state: string; message_id: string }>(
    'select recipient, state, message_id from delivery',
  );
  const taken = takenLetters(log);
  const copies = Map.groupBy(taken, ({ recipient }) => recipient);
  const isDelivered = ({ recipient }: { recipient: string }) => copies.has(recipient);
  const known = new Map(rows.map((row) => [row.recipient, row.message_id]));
  const uncertain = rows.filter(({ state }) => state === 'uncertain');
  const [edition] = newsroom.ask<{ id: string }>('select id from edition');
  const { stdout: listed } = await newsroom.command('deliveries', edition?.id ?? '');
  return {
    recipients: rows.length,
    states: Object.fromEntries(
      [...Map.groupBy(rows, ({ state }) => state)].map(([state, some]) => [state, some.length]),
    ),
    uncertain: uncertain.map((row) => ({ recipient: row.recipient, isDelivered: isDelivered(row) })),
    lost: rows.filter((row) => row.state !== 'uncertain' && !isDelivered(row)).map((row) => row.recipient),
    unlisted: uncertain.map(({ recipient }) => recipient).filter((one) => !listed.includes(`  ${one}  `)),
    doubled: [...copies].flatMap(([recipient, letters]) => letters.slice(1).map(() => recipient)),
    strange: taken
      .filter(({ recipient, messageId }) => known.get(recipient) !== messageId)
      .map(({ messageId }) => messageId),
  };
}
