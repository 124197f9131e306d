/** What became of one recipient. `delayed` and `delivered` are no failure and change nothing. */
export type RecipientKind = 'hard' | 'soft' | 'delayed' | 'delivered';

export interface FailedRecipient {
  /** As the report names it, without brackets; absent where it names none that could be read. */
  address?: string;
  /** The enhanced status (`5.1.1`), the receiving server's own before the reporter's; empty where none was given. */
  status: string;
  kind: RecipientKind;
  /** The server's words on one line, without addresses: they outlive an erasure. */
  reason: string;
}

/** What ties a report to a letter of ours; each is checked by whoever believes it. */
export interface Traces {
  /** Every address at which a VERP address of ours may stand: envelope, To, the returned letter's Return-Path, … */
  addresses: string[];
  /** The returned letter's Message-ID, without brackets. */
  originalMessageId?: string;
}

/** A message to the bounce address, understood. */
export type Report =
  | ({ kind: 'bounces'; recipients: FailedRecipient[] } & Traces)
  /** A reader called a letter spam (RFC 5965, `abuse` and `fraud`), or left by way of their provider. */
  | ({ kind: 'complaint' | 'opt-out'; recipients: string[] } & Traces)
  /** Nothing to be done: an absence note, a report on authentication, mail that is none of these. */
  | { kind: 'auto-reply' | 'authentication-report' | 'nothing' };
