import { KEPT_MS as COMMENT_NETWORKS_MS } from '#core/comments/forget-networks.ts';
import { KEPT_MS as COMMENT_LETTERS_MS } from '#core/comments/letters/comment-letters.ts';
import { DECIDE_DAYS } from '#core/comments/letters/moderator-letter.ts';
import { NOTICE_DAYS } from '#core/comments/letters/reply-notices.ts';
import { FEEDBACK_DAYS } from '#core/comments/moderation/filter-feedback.ts';
import { INVITATION_HOURS } from '#core/desk/invitations.ts';
import { REPORTS_KEPT_DAYS } from '#core/desk/policy-reports.ts';
import { IDLE_MS, SESSION_MS } from '#core/desk/sessions.ts';
import { LINK_MINUTES } from '#core/desk/sign-in.ts';
import { GIVE_UP_MS } from '#core/mail/deferral.ts';
import { DAY, HOUR, MINUTE } from '#core/platform/clock.ts';
import { OLD_TOKENS_KEPT_DAYS } from '#core/platform/housekeeping.ts';
import { RUNS_KEPT_DAYS } from '#core/platform/process-runs.ts';
import { KEPT_MS as READER_NETWORKS_MS } from '#core/subscribers/forget-networks.ts';
import { CONFIRM_DAYS } from '#core/subscribers/subscribe.ts';
import { KEPT_DAYS as RECEIPT_DAYS } from '#server/receipt-cookie.ts';

/** What the site keeps, and until when. */
export interface KeptTime {
  what: string;
  until: string;
}

/** From the very numbers by which things are deleted, and as this site is set up. */
export function keptTimes({ spam, config }: Pick<App.Locals['app'], 'spam' | 'config'>): KeptTime[] {
  return [...ofReaders(spam !== undefined), ...ofLetters(config.smtpUrl !== undefined), ...ofTheSite()];
}

function ofReaders(hasFilter: boolean): KeptTime[] {
  return [
    {
      what: 'Network address and user agent of a comment',
      until: `${span(COMMENT_NETWORKS_MS)}, then a keyed hash`,
    },
    { what: 'Network address of a change to a subscription', until: span(READER_NETWORKS_MS) },
    {
      what: 'Network address of a consent',
      until: `while the subscription lasts, and ${span(READER_NETWORKS_MS)} after`,
    },
    ...(hasFilter
      ? [{ what: 'What Akismet was sent with a comment', until: span(FEEDBACK_DAYS * DAY) }]
      : []),
    { what: 'The cookie of who has commented, in their own browser', until: span(RECEIPT_DAYS * DAY) },
    { what: 'Network addresses, to limit how often forms are sent', until: 'in memory, until a restart' },
    { what: 'How often an article was read on a day', until: 'for good: a number and nothing else' },
  ];
}

function ofLetters(hasRelay: boolean): KeptTime[] {
  const links = Math.max(CONFIRM_DAYS, NOTICE_DAYS) * DAY;
  return [
    { what: 'Links of letters that ask you to confirm', until: `good for ${span(links)}` },
    { what: 'Links by which a moderator decides', until: `good for ${span(DECIDE_DAYS * DAY)}` },
    { what: 'The hash of such a link', until: `${span(OLD_TOKENS_KEPT_DAYS * DAY)} after its time` },
    { what: 'A letter that the receiving server puts off', until: `${span(GIVE_UP_MS)} of tries` },
    hasRelay
      ? { what: 'The text of a letter to you', until: 'not kept: it is made as it is sent' }
      : {
          what: 'Letters, as no relay takes them: as files on this machine',
          until: `those that hold comments ${span(COMMENT_LETTERS_MS)}`,
        },
    { what: 'Which letters were made for whom', until: 'until the reader erases it' },
  ];
}

function ofTheSite(): KeptTime[] {
  return [
    {
      what: 'A session at the desk',
      until: `${span(IDLE_MS)} without use, ${span(SESSION_MS)} at most`,
    },
    {
      what: 'A sign-in link of the machine’s console',
      until: `good once, for ${span(LINK_MINUTES * MINUTE)}`,
    },
    { what: 'An invitation to the desk', until: `good once, for ${span(INVITATION_HOURS * HOUR)}` },
    { what: 'What was done at the desk, by whom', until: 'for good; readers stand in it by number alone' },
    {
      what: 'What browsers report as blocked',
      until: `${span(REPORTS_KEPT_DAYS * DAY)} after it came last; nothing of the reader`,
    },
    { what: 'How a process of the site ended', until: span(RUNS_KEPT_DAYS * DAY) },
  ];
}

/** `30 days`, `8 hours`, `15 minutes`: in the largest unit that is whole, from three days on in days. */
function span(ms: number): string {
  const [count, unit] =
    ms % DAY === 0 ? [ms / DAY, 'day'] : ms % HOUR === 0 ? [ms / HOUR, 'hour'] : [ms / MINUTE, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
