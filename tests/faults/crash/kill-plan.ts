import { randomShares } from '../../support/random.ts';

/** When a sender is killed: when the relay has taken so many letters in all, or so long after its start. */
export type Kill = { afterLetters: number } | { afterMs: number };

/** One of so many kills hits the start: reading the relay's log, taking back what the one before held. */
const AT_START = 4;
const START_MS = 1_500;

/** Where to kill, in order: the same for the same seed. */
export function killPlan({
  kills,
  recipients,
  seed,
}: {
  kills: number;
  recipients: number;
  seed: number;
}): Kill[] {
  const random = randomShares(seed);
  const points = Array.from({ length: kills }, () => Math.floor(random() * recipients)).sort((a, b) => a - b);
  return points.map((afterLetters, n) =>
    n % AT_START === AT_START - 1 ? { afterMs: Math.floor(random() * START_MS) } : { afterLetters },
  );
}
