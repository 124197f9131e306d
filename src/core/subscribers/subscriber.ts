import type { Cadence } from '#db/schema.ts';

export type { Cadence } from '#db/schema.ts';

export const CADENCES = ['daily', 'weekly', 'monthly'] as const satisfies readonly Cadence[];

/** What a subscriber chose to get. */
export interface Choices {
  cadence: Cadence;
  /** Topic ids; none means all. */
  topics: readonly string[];
  /** Also told at once when something critical happens. */
  alerts: boolean;
}

/** Topics as they are stored: sorted, joined by commas, empty for all. */
export function topicsText(topics: readonly string[]): string {
  return [...new Set(topics)].sort().join(',');
}

export function topicsOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** Choices from form fields as typed; a topic or cadence that is none of ours is left out. */
export function choicesFrom(
  form: { cadence: string; topics: readonly string[]; alerts: boolean },
  known: readonly string[],
): Choices {
  return {
    cadence: CADENCES.find((cadence) => cadence === form.cadence) ?? 'weekly',
    topics: form.topics.filter((topic) => known.includes(topic)),
    alerts: form.alerts,
  };
}
