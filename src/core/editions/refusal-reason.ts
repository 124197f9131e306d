/** Replies without a code are alike where they begin alike; those who group in SQL cut there too. */
export const REASON_LENGTH = 40;

/**
 * By what replies are one reason: their codes (`550 5.1.1`), as the words behind them often name each reader; else how
 * they begin.
 */
export function reasonOf(reply: string): string {
  const [, basic, enhanced] = /^([245]\d\d)?[ -]?([245]\.\d{1,3}\.\d{1,3})?/.exec(reply) ?? [];
  const codes = [basic, enhanced].filter(Boolean).join(' ');
  return codes || reply.slice(0, REASON_LENGTH).trim();
}

export interface Refusal {
  /** As reasonOf gives it. */
  reason: string;
  /** One of the replies. */
  example: string;
  count: number;
}

/** The same reasons together, the most frequent first. */
export function byReason(replies: readonly { reply: string; count: number }[]): Refusal[] {
  const found = new Map<string, Refusal>();
  for (const { reply, count } of replies) {
    const reason = reasonOf(reply);
    const known = found.get(reason);
    if (known) known.count += count;
    else found.set(reason, { reason, example: reply, count });
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
