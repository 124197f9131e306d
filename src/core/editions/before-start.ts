import type { Library } from '../articles/library.ts';
import type { Parts } from '../platform/parts.ts';
import type { Edition, Variant } from './edition.ts';

/** Why an edition should not start as it is, in words. */
export interface Stop {
  message: string;
  /** Whether nobody may start it nevertheless. */
  isFinal: boolean;
}

/** What keeps an edition from starting: the one place where it is looked at before. Outside any transaction. */
export async function stopsBefore(
  _parts: Parts & { library: Library },
  _edition: Edition,
  _variants: readonly Variant[],
  _evenSo: boolean,
): Promise<Stop[]> {
  return [];
}

export function stopsWords(stops: readonly Stop[]): string {
  return stops.map(({ message }) => message).join(' ');
}
