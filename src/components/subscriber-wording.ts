import type { SubscriberState } from '#core/subscribers/subscriber.ts';
import type { SuppressionReason } from '#core/subscribers/suppression.ts';

/** What happened to a subscriber, by the kind of the event. */
export const EVENT_WORDS: Record<string, string> = {
  'signed-up': 'Signed up',
  confirmed: 'Confirmed by the button',
  changed: 'Changed',
  unsubscribed: 'Left',
  suppressed: 'Not written to any more',
  lifted: 'May be written to again',
  imported: 'Brought from elsewhere',
  'link-asked': 'Link asked for',
  added: 'Added by the editor',
};

export const LETTER_WORDS: Record<string, string> = {
  confirm: 'Confirmation',
  welcome: 'Welcome',
  link: 'Your link',
  digest: 'Digest',
  alert: 'Alert',
  letter: 'Letter',
};

export const BOUNCE_WORDS: Record<string, string> = {
  hard: 'for good',
  soft: 'for the moment',
  complaint: 'marked as spam',
  'opt-out': 'wish to leave',
};

export const LETTER_STATE_WORDS: Record<string, string> = {
  queued: 'waits to be sent',
  claimed: 'being sent',
  'at-the-dot': 'being sent',
  sent: 'sent',
  deferred: 'put off by the server',
  bounced: 'came back',
  uncertain: 'uncertain',
  skipped: 'not sent',
};

export const SUBSCRIBER_STATES: readonly { state: SubscriberState; name: string }[] = [
  { state: 'confirmed', name: 'Confirmed' },
  { state: 'pending', name: 'Asked, not confirmed yet' },
  { state: 'unsubscribed', name: 'Left' },
];

export const SUPPRESSION_WORDS: Record<SuppressionReason, string> = {
  bounced: 'Letters came back',
  complaint: 'Marked a letter as spam',
  'not-me': 'Said that it was not them',
  'by-hand': 'By your hand',
  left: 'Left elsewhere or erased themselves: only kept from imports',
};
