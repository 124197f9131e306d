import { isIP } from 'node:net';
import type { Clock } from '../platform/clock.ts';
import { DAY, isoTime } from '../platform/clock.ts';
import type { EmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';
import type { Incomer } from '../subscribers/bring-in.ts';
import { phraseFrom } from '../subscribers/phrase.ts';
import { choicesFrom } from '../subscribers/subscriber.ts';
import type { Listed } from './list-formats.ts';

/** What an import knows beside the list. */
export interface ImportContext {
  clock: Clock;
  /** Topics that there are. */
  topics: readonly string[];
  /** Where the list does not say how often. */
  cadence: string;
  /** Where it comes from, for the record: `Mailchimp (members.csv)`. */
  source: string;
  /** The owner's own words on how these people agreed; may be empty. */
  evidence: string;
}

/** Somebody on a list as they would become a reader, with the list's proof of consent. */
export function incomerFrom(listed: Listed, address: EmailAddress, context: ImportContext): Incomer {
  const agreedAt = timeFrom(listed.agreedAt, context.clock);
  const confirmedAt = timeFrom(listed.confirmedAt, context.clock);
  const choices = choicesFrom(
    {
      cadence: listed.cadence || context.cadence,
      topics: (listed.topics ?? '').split(/[\s,]+/),
      alerts: listed.alerts ?? '',
    },
    context.topics,
  );
  return {
    address,
    choices,
    phrase: phraseOrNone(listed.phrase ?? ''),
    agreedAt,
    confirmedAt,
    network: networkFrom(listed),
    words: [
      `From ${context.source}:`,
      agreedAt ? `agreed ${agreedAt};` : 'when they agreed is not on the list;',
      confirmedAt ? `confirmed ${confirmedAt};` : '',
      listed.words || '',
      context.evidence,
    ]
      .filter(Boolean)
      .join(' ')
      .replace(/;$/, '.'),
  };
}

/** Vendors write `2018-02-12 10:54:27` for UTC; a time that cannot be is none. */
function timeFrom(text: string | undefined, clock: Clock): string | undefined {
  if (!text) return undefined;
  const isBare = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?$/.test(text);
  const time = Date.parse(isBare ? `${text.replace(' ', 'T')}Z` : text);
  if (Number.isNaN(time) || time < EARLIEST || time > clock.now().getTime() + DAY) return undefined;
  return isoTime(new Date(time));
}

/** Before there was mail to subscribe to. */
const EARLIEST = Date.UTC(1980);

function networkFrom({ agreedFrom = '', confirmedFrom = '' }: Listed): string | undefined {
  const [agreed, confirmed] = [agreedFrom, confirmedFrom].map((text) => (isIP(text) ? text : undefined));
  if (agreed && confirmed && agreed !== confirmed) return `${agreed}, confirmed from ${confirmed}`;
  return confirmed ?? agreed;
}

function phraseOrNone(typed: string): string {
  try {
    return phraseFrom(typed);
  } catch (error) {
    if (error instanceof AppError) return '';
    throw error;
  }
}
