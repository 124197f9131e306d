import type { DeliveryState } from '#db/schema.ts';
import type { EditionProgress } from './progress.ts';

/** A count as people read it: `10,000`. */
export function numberWords(count: number): string {
  return count.toLocaleString('en');
}

/** How far an edition is: `1,234 of 10,000 sent, 52 a second, about 3 minutes left; 12 put off`. */
export function progressWords({ state, counts, total, perSecond, secondsLeft }: EditionProgress): string {
  const pace = [
    ...(perSecond ? [`${rateWords(perSecond)} a second`] : []),
    ...(secondsLeft ? [`${durationWords(secondsLeft)} left`] : []),
    ...(state === 'paused' ? ['paused'] : []),
    ...(state === 'cancelled' ? ['cancelled'] : []),
  ];
  const troubles = TROUBLES.flatMap(([kind, words]) => {
    const count = counts[kind];
    return count ? [`${numberWords(count)} ${words}`] : [];
  });
  const first = [`${numberWords(counts.sent ?? 0)} of ${numberWords(total)} sent`, ...pace].join(', ');
  return troubles.length > 0 ? `${first}; ${troubles.join(', ')}` : first;
}

const TROUBLES: readonly [DeliveryState, string][] = [
  ['deferred', 'put off'],
  ['bounced', 'came back'],
  ['uncertain', 'uncertain'],
  ['skipped', 'not wanted any more'],
];

/** What it means that a letter is in a state. */
export const STATE_MEANINGS: Record<DeliveryState, string> = {
  sent: 'The relay has taken them.',
  queued: 'They wait for their turn.',
  claimed: 'They are in the hands of a sender.',
  'at-the-dot': 'They are handed over; the relay’s answer is awaited.',
  deferred: 'Put off by the receiver; they are tried again by themselves.',
  bounced: 'Refused for good, or they came back.',
  uncertain: 'Nobody knows whether they arrived; you decide.',
  skipped: 'Not sent: their readers left, or the edition was cancelled.',
};

function rateWords(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : numberWords(Math.round(perSecond));
}

/** A length of time, roughly: `10 seconds`, `about 3 minutes`. */
export function durationWords(seconds: number): string {
  for (const [unit, length] of UNITS) {
    const count = Math.round(seconds / length);
    if (count >= 2 || length === 1) return `about ${Math.max(1, count)} ${unit}${count > 1 ? 's' : ''}`;
  }
  return '';
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;
