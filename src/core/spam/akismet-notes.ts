import type { IncomingHttpHeaders } from 'node:http';
import { alertInWords } from './akismet-alerts.ts';
import type { FilterNotes } from './spam-filter.ts';

const NOTE_CHARACTERS = 200;
const DAY_SECONDS = 24 * 60 * 60;

/** What Akismet's headers tell besides the verdict. */
export function notesOf(headers: IncomingHttpHeaders, key: string): FilterNotes {
  const note = (name: string) => cleaned(headers[`x-akismet-${name}`], key);
  const alertCode = note('alert-code');
  const notes = {
    guid: note('guid'),
    error: note('error'),
    debugHelp: note('debug-help'),
    proTip: note('pro-tip'),
    alertCode,
    alert: alertInWords(alertCode, note('alert-msg'))?.slice(0, NOTE_CHARACTERS),
  };
  return Object.fromEntries(Object.entries(notes).filter(([, text]) => text !== undefined));
}

/** A stranger's text: printable, without the key, and cut only then, so that no piece of the key is left at the end. */
function cleaned(header: string | string[] | undefined, key: string): string | undefined {
  if (typeof header !== 'string') return undefined;
  const printable = header.replace(/\s+/g, ' ').replace(/\p{C}/gu, '');
  const secrets = [key, encodeURIComponent(key)].map((secret) => RegExp.escape(secret));
  const discreet = printable.replace(new RegExp(secrets.join('|'), 'gi'), '[key]');
  return discreet.trim().slice(0, NOTE_CHARACTERS) || undefined;
}

/** `X-akismet-recheck-after`: whole seconds, at most a day; undefined for anything else. */
export function recheckAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const header = headers['x-akismet-recheck-after'];
  const seconds = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0;
  return seconds > 0 ? Math.min(seconds, DAY_SECONDS) : undefined;
}
