import type { Library } from '../articles/library.ts';
import type { Parts } from '../platform/parts.ts';

export type PreflightParts = Pick<Parts, 'config' | 'siteUrl' | 'clock'> & { library: Library };

/** What is wrong with an edition before it starts. */
export interface PreflightFinding {
  level: 'stop' | 'note';
  message: string;
  /** Of a stop: nobody may send it nevertheless. */
  isFinal: boolean;
}

export function stop(message: string, { isFinal = false } = {}): PreflightFinding {
  return { level: 'stop', message, isFinal };
}

export function note(message: string): PreflightFinding {
  return { level: 'note', message, isFinal: false };
}
