import type { Cadence } from '#db/schema.ts';
import { SEVERITIES, type Severity } from '../articles/article.ts';

export type { Cadence, SubscriberState } from '#db/schema.ts';

export const CADENCES = ['daily', 'weekly', 'monthly'] as const satisfies readonly Cadence[];

/** From which severity on a reader is told at once: 0 never, 1 critical alone, 2 from high on, 3 from medium on, 4 from low on. */
export type AlertRank = 0 | 1 | 2 | 3 | 4;

/** What a subscriber chose to get. */
export interface Choices {
  cadence: Cadence;
  /** Topic ids; none means all. */
  topics: readonly string[];
  alerts: AlertRank;
}

/** Severities in the order of their rank; the first has rank 1. */
export const ALERT_SEVERITIES: readonly Severity[] = SEVERITIES.toReversed();

/** A rank from a form's field: a severity, empty for none; any other text (`on`, `yes`) means what is critical. */
export function alertRank(field: string): AlertRank {
  if (field === '') return 0;
  const place = (ALERT_SEVERITIES as readonly string[]).indexOf(field);
  return (place < 0 ? 1 : place + 1) as AlertRank;
}

/** The severity from which on a rank tells; undefined for none. */
export function alertsFrom(rank: number): Severity | undefined {
  return ALERT_SEVERITIES[rank - 1];
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
  form: { cadence: string; topics: readonly string[]; alerts: string },
  known: readonly string[],
): Choices {
  return {
    cadence: CADENCES.find((cadence) => cadence === form.cadence) ?? 'weekly',
    topics: form.topics.filter((topic) => known.includes(topic)),
    alerts: alertRank(form.alerts),
  };
}

/** Choices as a subscriber's columns. */
export function choiceColumns({ cadence, topics, alerts }: Choices): {
  cadence: Cadence;
  topics: string;
  alerts: AlertRank;
} {
  return { cadence, topics: topicsText(topics), alerts };
}

/** What was chosen, in words: `weekly; topics cloud,phishing; alerts from high on`. */
export function choiceWords({
  cadence,
  topics,
  alerts,
}: Omit<Choices, 'alerts'> & { alerts: number }): string {
  const severity = alertsFrom(alerts);
  return [
    cadence,
    topics.length > 0 ? `topics ${topicsText(topics)}` : 'all topics',
    ...(severity ? [`alerts from ${severity} on`] : []),
  ].join('; ');
}

/** What the form says that is agreed to, with what was chosen: kept as evidence. */
export function consentWords(choices: Choices): string {
  return `Send me the digest (${choiceWords(choices)}); one click in any letter ends it`;
}
