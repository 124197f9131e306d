import type { Generated } from 'kysely';
import type { SafeHtml } from '../src/core/platform/safe-html.ts';

/** Every table's row type. Times are UTC, ISO 8601 text; flags are 0 or 1; the same on SQLite and PostgreSQL. */
export interface Schema {
  setting: SettingTable;
  page_change: PageChangeTable;
  token: TokenTable;
  comment: CommentTable;
  comment_event: CommentEventTable;
  comment_likeness: CommentLikenessTable;
  discussion: DiscussionTable;
  spam_feedback: SpamFeedbackTable;
  moderation: ModerationTable;
  commenter: CommenterTable;
  reply_notice: ReplyNoticeTable;
  subscriber: SubscriberTable;
  subscriber_event: SubscriberEventTable;
  suppression: SuppressionTable;
  bounce: BounceTable;
  story: StoryTable;
  edition: EditionTable;
  edition_variant: EditionVariantTable;
  edition_plan: EditionPlanTable;
  plan_look: PlanLookTable;
  delivery: DeliveryTable;
  session: SessionTable;
  article_view: ArticleViewTable;
  article_view_total: ArticleViewTotalTable;
  person: PersonTable;
  passkey: PasskeyTable;
  recovery_code: RecoveryCodeTable;
  invitation: InvitationTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  edition_tally: EditionTallyTable;
  comment_rule: CommentRuleTable;
  day_count: DayCountTable;
  article_view_month: ArticleViewMonthTable;
  edition_letters: EditionLettersTable;
  story_letters: StoryLettersTable;
  policy_report: PolicyReportTable;
  process_run: ProcessRunTable;
}

/** Small facts of this installation: the schedule's last slots, which secret made the tokens. */
export interface SettingTable {
  name: string;
  value: string;
}

/** What changed on the pages; every server polls it, so that a command's change shows at once everywhere. */
export interface PageChangeTable {
  id: Generated<number>;
  tag: string;
  at: string;
}

/** Tokens by hash. `subject` is the id of what the purpose speaks of. */
export interface TokenTable {
  hash: string;
  purpose: string;
  subject: string;
  created_at: string;
  expires_at: string | null;
  used_at: string | null;
}

export type CommentState = 'unchecked' | 'held' | 'published' | 'spam' | 'trash' | 'withdrawn';

export interface CommentTable {
  id: Generated<number>;
  article: string;
  /** Its place under the article, from 1, given when it is first published; it never moves and is never given again. */
  number: number | null;
  parent_id: number | null;
  /** Who of content/authors speaks, where it was written at the desk. */
  author: string | null;
  name: string;
  /** The name in lower case, by our own rule on both engines. */
  name_key: Generated<string>;
  email: string;
  email_key: string;
  website: string | null;
  /** Written by a confirmed subscriber, through a link of their own letters. */
  verified: Generated<number>;
  /** Its writer asked that a person read it and the filter not be told. */
  for_person: Generated<number>;
  /** Names the picture drawn for its address (a keyed hash, cut short). */
  picture: string | null;
  /** As typed, cleaned of invisible controls. */
  body: string;
  /** The body rendered once, when it was saved. */
  html: SafeHtml;
  /** How often its writer has changed it, and when last. */
  revision: Generated<number>;
  edited_at: string | null;
  state: CommentState;
  /** Why it is in this state: a word of ours (`first-comment`, `no-filter`, …). */
  reason: string;
  notify: number;
  network: string | null;
  user_agent: string | null;
  referrer: string | null;
  /** How often the filter has been asked, when to ask next (null: not due), and until when one worker has it. */
  checks: Generated<number>;
  check_at: string | null;
  lease_until: string | null;
  /** When the filter was asked last, answered or not. */
  asked_at: string | null;
  /** What the filter said, from which fields (JSON), and when. */
  verdict: 'ham' | 'spam' | 'discard' | null;
  checked_fields: string | null;
  checked_at: string | null;
  /** What looked automatic to us (JSON of signs). */
  signs: string | null;
  /** The same for comments that are alike: they are decided together. */
  cluster: string | null;
  /** The letter (a delivery's id) in which a moderator was told that it is held. */
  told_in: number | null;
  created_at: string;
}

/** Short keys of what a comment holds; comments that share one are alike. */
export interface CommentLikenessTable {
  key: string;
  comment_id: number;
  at: string;
}

/** What is counted of the comments under one article, so that no page counts them. */
export interface DiscussionTable {
  article: string;
  published: number;
  last_number: number;
  pinned_id: number | null;
}

/** Append-only: who changed what, when and why. */
export interface CommentEventTable {
  id: Generated<number>;
  comment_id: number;
  at: string;
  actor: string;
  state: CommentState;
  reason: string;
  /** The decision (a moderation's id) that it belongs to, and the state it changed, so that it can be taken back. */
  batch: number | null;
  before: CommentState | null;
  /** More about it (JSON): what the filter said beside its verdict, what was there before an edit. */
  detail: string | null;
}

/** One decision about one comment or many. */
export interface ModerationTable {
  id: Generated<number>;
  at: string;
  actor: string;
  action: string;
  count: number;
  /** The single-use link of a letter that it was made by. */
  token_hash: string | null;
  undone_at: string | null;
}

/** An address that wants to hear of replies; it gets none before it has confirmed once. */
export interface CommenterTable {
  id: string;
  email: string;
  email_key: string;
  /** Confirmation letters so far, and when the last one was asked for. */
  asked: number;
  asked_at: string | null;
  confirmed_at: string | null;
  stopped_at: string | null;
  /** When the last letter with replies was made. */
  told_at: string | null;
  created_at: string;
}

/** A published reply that somebody is to hear of, and the letter (a delivery's id) in which they do. */
export interface ReplyNoticeTable {
  comment_id: number;
  commenter_id: string;
  created_at: string;
  told_in: number | null;
}

/** A correction that the filter has yet to hear. */
export interface SpamFeedbackTable {
  id: Generated<number>;
  comment_id: number;
  kind: 'spam' | 'ham';
  fields: string;
  attempts: Generated<number>;
  due_at: string;
  done_at: string | null;
}

export type SubscriberState = 'pending' | 'confirmed' | 'unsubscribed';
export type Cadence = 'daily' | 'weekly' | 'monthly';

export interface SubscriberTable {
  id: string;
  email: string;
  email_key: string;
  cadence: Cadence;
  /** Topic ids, sorted, joined by commas; empty for all. */
  topics: string;
  /** From which severity on they are told at once: 0 never, 1 critical, 2 high, 3 medium, 4 low. */
  alerts: number;
  /** Words of their own that stand in every letter, so that a forgery can be told; empty for none. */
  phrase: Generated<string>;
  /** Where their letters go: the part of the address after the @. */
  domain: Generated<string>;
  /**
   * The story up to which they have been told, as of the edition of that number: a later digest of their cadence
   * counts instead, whose readers need not be touched.
   */
  told_story: Generated<number>;
  told_edition: Generated<number>;
  state: SubscriberState;
  /** Confirmation letters since the address last answered, and when a letter was last asked for: one of those, or their link. */
  asked: number;
  asked_at: string | null;
  created_at: string;
  confirmed_at: string | null;
  ended_at: string | null;
}

/** Append-only evidence: signed up, confirmed, changed, left; when, from where, in which words. */
export interface SubscriberEventTable {
  id: Generated<number>;
  subscriber_id: string;
  at: string;
  kind: string;
  network: string | null;
  detail: string;
}

/**
 * Who is never written to again, by a keyed hash of the address: it outlives erasure, and holds against imports. Whoever
 * left, here by erasing themselves or on a list that was brought from elsewhere, is kept from imports alone: they may
 * sign up again.
 */
export interface SuppressionTable {
  hash: string;
  reason: 'bounced' | 'not-me' | 'complaint' | 'by-hand' | 'left';
  at: string;
}

export type BounceKind = 'hard' | 'soft' | 'complaint' | 'opt-out';

/** Append-only: what came back of a letter. */
export interface BounceTable {
  id: Generated<number>;
  /** Of the message that told of it: told twice, it counts once. */
  message_hash: string;
  at: string;
  kind: BounceKind;
  subscriber_id: string | null;
  delivery_id: number | null;
  edition_id: string | null;
  /** RFC 3463, such as `5.1.1`; empty where none was given. */
  status: string;
  reason: string;
}

/** An article, numbered when an edition first sees it; without a number where it was no news any more by then. */
export interface StoryTable {
  slug: string;
  number: number | null;
  first_seen_at: string;
}

export type EditionKind = 'digest' | 'alert' | 'letter';
export type EditionState = 'waiting' | 'scheduled' | 'sending' | 'paused' | 'cancelled' | 'sent';

export interface EditionTable {
  /** Also its address: `2026-11-24-weekly`. */
  id: string;
  /** In the order in which they started; none before. */
  number: number | null;
  kind: EditionKind;
  /** Of digests alone. */
  cadence: Cadence | null;
  /** What it is of, where that is sent only once: an article, an update of it, a file of content/letters. */
  subject: string | null;
  state: EditionState;
  /** Why it waits or is paused, in words; empty where it does not. */
  reason: string;
  since: string;
  until: string;
  /** The newest story that it, or one before it, has told of. */
  last_story: number;
  title: string;
  /** What it says, as it was when it started (JSON of EditionContents). */
  contents: string;
  created_at: string;
  due_at: string | null;
  started_at: string | null;
  ended_at: string | null;
}

/** What readers who chose the same and were told the same get of an edition: one letter but for their own parts. */
export interface EditionVariantTable {
  id: Generated<number>;
  edition_id: string;
  topics: string;
  /** The story after which it begins. */
  since: number;
  /** Other letters that told them of stories since: variants (ids, joined by commas), most often of alerts. */
  alerted: string;
  /** Slugs in their order (JSON), and how many more there were. */
  stories: string;
  more: number;
  /** How many readers it had when the edition started. */
  readers: number;
}

/** What an editor has in mind for the next digest of a cadence; gone once that is made. */
export interface EditionPlanTable {
  cadence: Cadence;
  /** Markdown; empty for none. */
  introduction: string;
  /** Slugs: the story that comes first; those that follow it, in their order (JSON); those left out (JSON). */
  lead: string | null;
  in_order: string;
  omitted: string;
  /** When it goes out, where not at the schedule's next hour. */
  due_at: string | null;
  updated_at: string;
}

/** A plan that an editor looks at and has not saved; for a day. */
export interface PlanLookTable {
  /** Random; stands in the address under which it is looked at. */
  key: string;
  cadence: Cadence;
  /** JSON of Plan. */
  plan: string;
  /** Of the plans' state that its writer began with. */
  version: string;
  created_at: string;
}

export type DeliveryKind =
  | 'confirm'
  | 'link'
  | 'welcome'
  | EditionKind
  | 'moderation'
  | 'reply-confirm'
  | 'replies';
export type DeliveryState =
  | 'queued'
  | 'claimed'
  | 'at-the-dot'
  | 'sent'
  | 'deferred'
  | 'bounced'
  | 'uncertain'
  | 'skipped';

/** The outbox: every letter is a row before it is anything else. */
export interface DeliveryTable {
  id: Generated<number>;
  kind: DeliveryKind;
  edition_id: string | null;
  variant_id: number | null;
  /** Whom it is for, where that is a subscriber or a commenter. */
  subscriber_id: string | null;
  commenter_id: string | null;
  recipient: string;
  /** The recipient's part after the @: letters to one domain share a lane. */
  domain: Generated<string>;
  /** Fixed when the row is made, without brackets. */
  message_id: string;
  state: DeliveryState;
  attempts: Generated<number>;
  due_at: string;
  lease_owner: string | null;
  lease_until: string | null;
  /** The server's last answer, or why it was skipped. */
  reply: string | null;
  created_at: string;
  sent_at: string | null;
}

/** Somebody signed in at the desk, on one device. */
export interface SessionTable {
  /** Of the token in the cookie. */
  hash: string;
  /** Names it on pages. */
  id: string;
  person_id: string;
  /** How it began. */
  way: 'console' | 'passkey' | 'code' | 'invitation';
  /** The browser, in words made of its user agent. */
  device: string;
  created_at: string;
  seen_at: string;
  expires_at: string;
  /** When they last showed who they are. */
  stepped_up_at: string;
}

/** How often an article was read on a UTC day (`2026-11-24`); nothing about who did. */
export interface ArticleViewTable {
  day: string;
  slug: string;
  views: number;
}

/** The sum of an article's days, kept beside them: the desk shows it without reading years of days. */
export interface ArticleViewTotalTable {
  slug: string;
  views: number;
}

export type Role = 'owner' | 'editor' | 'moderator';

/** Who may be at the desk. Whoever was removed stays as a name that acts were done under. */
export interface PersonTable {
  id: string;
  name: string;
  /** The name in lower case; nobody gets the name of another, also of one who has gone. */
  name_key: string;
  role: Role;
  /** What passkeys call the person (WebAuthn's user handle): random, base64url, and no name. */
  handle: string;
  created_at: string;
  removed_at: string | null;
  /** When a recovery code of theirs last let them in or was tried. */
  drilled_at: string | null;
}

export interface PasskeyTable {
  /** The credential's id, base64url, as the authenticator gave it. */
  id: string;
  person_id: string;
  name: string;
  /** COSE, base64url. */
  public_key: string;
  /** How often it was used, as it says itself; 0 for those that do not count. */
  counter: number;
  /** JSON of how it is reached: `usb`, `internal`, `hybrid`, … */
  transports: string;
  device_type: string;
  backed_up: number;
  created_at: string;
  used_at: string | null;
}

export interface RecoveryCodeTable {
  hash: string;
  person_id: string;
  created_at: string;
  used_at: string | null;
}

/** A one-time link by which somebody comes to the desk for the first time. */
export interface InvitationTable {
  /** Names it on pages. */
  id: string;
  hash: string;
  name: string;
  role: Role;
  created_at: string;
  expires_at: string;
  used_at: string | null;
}

/** Append-only, which the database itself enforces: what a person did. Names nobody but those at the desk; ids otherwise. */
export interface AuditTable {
  /** From 1, without a gap. */
  id: number;
  at: string;
  /** A name at the desk, `console`, or whoever decided by a letter. */
  who: string;
  /** A dotted word, such as `comment.approve`. */
  act: string;
  /** Of what: `comment:15`, `edition:2026-11-24-weekly`. */
  subject: string;
  before: string | null;
  after: string | null;
  /** Keyed, over the row and the hash of the row before it (hex). */
  hash: string;
}

/** One row: where the log ends, so that what is cut off its end shows too. Whoever adds to the log holds it. */
export interface AuditHeadTable {
  one: number;
  id: number;
  hash: string;
  /** Keyed, over both; empty while nothing was written. */
  seal: string;
}

/** How the letters of an edition stand that has ended, where each is settled; gone as soon as one of them comes back. */
export interface EditionTallyTable {
  edition_id: string;
  /** JSON: how many are in which state. */
  counts: string;
}

/** An entry of a list of what is held or blocked, kept at the desk beside those of site.yaml; never changed, but removed. */
export interface CommentRuleTable {
  id: Generated<number>;
  list: 'hold' | 'block';
  kind: 'words' | 'domains' | 'addresses' | 'networks';
  entry: string;
  added_at: string;
  added_by: string;
  removed_at: string | null;
  removed_by: string | null;
}

export type DayCountKind = 'joined' | 'left' | 'comments' | 'spam' | 'views';

/**
 * What happened on a UTC day (`2026-11-24`), as steps to be added up: a row for each, so that nobody who counts waits for
 * somebody else; the worker makes one of those of a day. `comments` and `spam` stand on the day when they were written.
 */
export interface DayCountTable {
  id: Generated<number>;
  day: string;
  kind: DayCountKind;
  count: number;
}

/** The sum of an article's days in a month (`2026-11`): what was read most in a year is found without its days. */
export interface ArticleViewMonthTable {
  month: string;
  slug: string;
  views: number;
}

/** How many letters an edition was made into when it started. */
export interface EditionLettersTable {
  edition_id: string;
  letters: number;
}

/** How many of them carried an article. */
export interface StoryLettersTable {
  edition_id: string;
  slug: string;
  letters: number;
}

/** What browsers have reported against the content security policy, one row a kind; nothing in it is of a reader. */
export interface PolicyReportTable {
  /** What asked for what was blocked: the site's own page, or something that the reader has built into the browser. */
  source: 'site' | 'extension';
  directive: string;
  /** An origin, a scheme such as `data:`, or a word such as `inline`. */
  blocked: string;
  /** The page's address with `*` for what is not one of our own words; empty for extensions. */
  page: string;
  count: number;
  first_at: string;
  last_at: string;
}

/** One process of the site, from its start to its end; a row without an end is running, or was ended by force. */
export interface ProcessRunTable {
  id: string;
  job: 'serve' | 'worker';
  /** A keyed hash of where it ran. */
  machine: string;
  pid: number;
  started_at: string;
  seen_at: string;
  ended_at: string | null;
  ending: 'orderly' | 'error' | 'unseen' | null;
  /** Name and message of the error that ended it, without paths and secrets. */
  error: string | null;
  acknowledged_at: string | null;
}
