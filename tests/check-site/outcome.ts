/** What one check of the built site came to. */
export interface Outcome {
  state: 'passed' | 'failed' | 'skipped';
  /** What was looked at. */
  what: string;
  /** What was measured or counted. */
  figures: string;
  /** Each fault, in words; of a passed check what is worth knowing all the same. */
  findings?: readonly string[];
}

/** Passed where nothing was found. */
export function outcomeOf(what: string, figures: string, findings: readonly string[]): Outcome {
  return { state: findings.length === 0 ? 'passed' : 'failed', what, figures, findings };
}

/** One line for the check, and under it one for each finding. */
export function linesOf({ state, what, figures, findings = [] }: Outcome): string {
  return [`  ${state.padEnd(8)} ${what}: ${figures}`, ...findings.map((one) => `           - ${one}`)].join(
    '\n',
  );
}

/** A whole number with its thousands set apart. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}
