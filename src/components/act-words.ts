import type { Fault } from '#core/desk/verify-acts.ts';

/** What somebody did, to follow their name. An act that is not among them is shown by its own word. */
const ACT_WORDS: Record<string, string> = {
  'comment.approve': 'published a comment',
  'comment.spam': 'took a comment for spam',
  'comment.trash': 'threw a comment away',
  'comment.hold': 'held a comment back again',
  'comment.undo': 'took a decision back',
  'comment.answer': 'answered a comment',
  'comment.pin': 'pinned a comment',
  'comment.unpin': 'took a pin off',
  'comment.erase': 'erased a comment',
  'comment.review': 'looked at what the filter was sure of',
  'comment-rule.add': 'put an entry on a list',
  'comment-rule.remove': 'took an entry off a list',
  'plan.save': 'saved a plan',
  'plan.drop': 'threw a plan away',
  'edition.start': 'started an edition',
  'edition.pause': 'paused an edition',
  'edition.resume': 'let an edition go on',
  'edition.cancel': 'cancelled an edition',
  'edition.schedule': 'gave an edition its time',
  'edition.hold': 'took an edition’s time back',
  'edition.drop': 'let an edition go, as nothing was new',
  'edition.test': 'sent a test',
  'edition.settle': 'decided about uncertain letters',
  'edition.unsettle': 'took their word on uncertain letters back',
  'edition.settle-by-log': 'settled uncertain letters by the relay’s log',
  'alert.dismiss': 'turned an alert down',
  'instance.take': 'said that editions are sent from here',
  'subscriber.add': 'added a reader',
  'subscriber.ask': 'asked somebody to confirm',
  'subscriber.change': 'changed what a reader gets',
  'subscriber.send-link': 'sent a reader their link',
  'subscriber.export': 'exported what is kept of a reader',
  'subscriber.suppress': 'kept an address out for good',
  'subscriber.lift': 'let an address in again',
  'subscriber.unsubscribe': 'unsubscribed a reader',
  'subscriber.erase': 'erased a reader',
  'subscribers.import': 'began to bring in a list',
  'subscribers.imported': 'brought in a list',
  'subscribers.export': 'exported the subscribers',
  'deliveries.export': 'exported who got an edition',
  'link.make': 'made a link to the desk',
  'session.start': 'signed in',
  'session.end': 'signed out',
  'session.revoke': 'ended a session',
  'session.step-up': 'showed again who they are',
  'desk.refused': 'was refused a page',
  'drill.play': 'played a drill',
  'passkey.counter': 'showed a passkey whose counter went back',
  'passkey.add': 'added a passkey',
  'passkey.rename': 'named a passkey anew',
  'passkey.remove': 'removed a passkey',
  'codes.make': 'made recovery codes',
  'person.invite': 'invited somebody',
  'person.uninvite': 'took an invitation back',
  'person.join': 'took an invitation up',
  'person.name': 'took another name',
  'person.role': 'changed what somebody may do',
  'person.remove': 'removed somebody from the desk',
  'backup.make': 'made a backup',
  'backup.restore': 'put a backup in place',
  'run.acknowledge': 'read how a process ended',
  'reports.clear': 'cleared what browsers reported',
  'audit.resealed': 'found the end of this log sealed by another secret',
};

export function actWords(act: string): string {
  return ACT_WORDS[act] ?? act;
}

/** Where the desk shows what an act was done to; undefined where it has no page. */
export function subjectPath(subject: string): string | undefined {
  const [kind, id = ''] = subject.split(/:(.*)/s);
  if (kind === 'edition' && /^\d{4}-\d\d-\d\d-[a-z0-9-]+$/.test(id)) return `/desk/editions/${id}/`;
  if (kind === 'plan' && /^(?:daily|weekly|monthly)$/.test(id)) return `/desk/editions/next/${id}/`;
  if (kind === 'comment' && /^\d+$/.test(id)) return `/desk/comments/${id}/`;
  if (kind === 'subscriber' && /^[\w-]{1,64}$/.test(id)) return `/desk/subscribers/${id}/`;
  if (kind === 'comment-rule') return '/desk/comments/rules/';
  return undefined;
}

/** What is wrong with the log, to follow “Act 12: ”. */
export const FAULT_WORDS: Record<Fault, string> = {
  changed: 'it is not as it was written, or what stood before it is not.',
  missing: 'it is missing.',
  added: 'it was put there by another hand, as the log ended before it.',
  end: 'the seal of the log’s end is not ours here. Acts may have been cut off, or written by another hand.',
  index: 'an index of the log does not say it as it stands, so that lists here may leave it out.',
  expected: 'the hash that was noted is nowhere in the log.',
};
