import type { Library } from '../articles/library.ts';
import type { Parts } from '../platform/parts.ts';
import type { Edition, Variant } from './edition.ts';
import { preflight } from './preflight.ts';

/** Why an edition should not start as it is, in words. */
export interface Stop {
  message: string;
  /** Whether nobody may start it nevertheless. */
  isFinal: boolean;
}

/** What keeps an edition from starting: the one place where it is looked at before. Outside any transaction. */
export async function stopsBefore(
  parts: Parts & { library: Library },
  edition: Edition,
  variants: readonly Variant[],
  evenSo: boolean,
): Promise<Stop[]> {
  const stops = preflight(parts, edition, variants).filter(({ level }) => level === 'stop');
  return evenSo ? stops.filter(({ isFinal }) => isFinal) : stops;
}

export function stopsWords(stops: readonly Stop[]): string {
  return stops.map(({ message }) => message).join(' ');
}
