import type { DeliveryCounts } from '#core/editions/deliveries.ts';
import type { Edition } from '#core/editions/edition.ts';
import { stateWords } from '#core/editions/move-edition.ts';

/** `8 sent, 1 deferred`. */
export function countsText(counts: DeliveryCounts): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  return entries.length === 0
    ? 'no letters'
    : entries.map(([state, count]) => `${count} ${state}`).join(', ');
}

/** `2026-11-24-weekly is paused: …`. */
export function editionText(edition: Edition): string {
  const { id, reason } = edition;
  return `${id} ${stateWords(edition)}${reason ? `: ${reason}` : ''}`;
}
