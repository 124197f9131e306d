import type { Db } from '../../platform/db.ts';
import { SILENCE_WORDS } from '../../spam/filter-words.ts';
import { shortReason } from '../comment.ts';
import { type CommentEvent, eventsOf } from '../comment-rows.ts';
import type { Feedback } from './feedback-rows.ts';
import { feedbackOf, moderationsByIds } from './history-rows.ts';
import type { Moderation } from './moderation-rows.ts';

/** One step of what happened to a comment. */
export interface HistoryStep {
  /** UTC text. */
  at: string;
  /** Who, in words: a moderator's name, `its writer`, `the filter and the rules`. */
  who: string;
  /** What, in words. */
  words: string;
  /** What the filter answered, as it said it. */
  reply: string[];
  /** The text as it was before, where its writer changed it. */
  before: string | undefined;
}

/** So many events are shown; the oldest of more are left out. */
const MOST = 200;

/** Everything that happened to a comment, oldest first, with what the filter was told of it. */
export async function historyOf(db: Db, id: number): Promise<HistoryStep[]> {
  const events = await eventsOf(db, id, MOST);
  const moderations = await moderationsByIds(
    db,
    events.flatMap(({ batch }) => batch ?? []),
  );
  const steps = events.map((event) => stepOf(event, moderations.get(event.batch ?? 0)));
  const told = (await feedbackOf(db, id)).map(toldStep);
  return [...steps, ...told].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

interface Detail {
  verdict?: string;
  why?: string;
  body?: string;
  [note: string]: unknown;
}

function stepOf(event: CommentEvent, moderation: Moderation | undefined): HistoryStep {
  const detail = event.detail === null ? {} : (JSON.parse(event.detail) as Detail);
  return {
    at: event.at,
    who: WHO[event.actor] ?? event.actor,
    words: [wordsOf(event, detail), ...aboutDecision(moderation)].join('; '),
    reply: replyOf(detail),
    before: typeof detail.body === 'string' ? detail.body : undefined,
  };
}

const WHO: Record<string, string> = { commenter: 'its writer', filter: 'the filter and the rules' };

function wordsOf({ actor, before, state, reason, batch }: CommentEvent, { verdict, why }: Detail): string {
  if (actor === 'commenter') return BY_WRITER[reason] ?? shortReason(reason);
  if (actor === 'filter') return byFilter(state, reason, verdict, why);
  if (reason === 'desk') return 'wrote it at the desk';
  if (reason !== 'moderator') return `took a decision back: ${STATE[state]} again, as ${shortReason(reason)}`;
  if (batch === null && before === state) return 'looked at it: spam indeed';
  return DECIDED[state] ?? STATE[state];
}

const BY_WRITER: Record<string, string> = {
  waiting: 'wrote it; it is saved',
  edited: 'changed it; the new words are looked at anew',
  commenter: 'took it back',
  erased: 'erased it, with name and address',
};

function byFilter(
  state: CommentEvent['state'],
  reason: string,
  verdict: string | undefined,
  why: string | undefined,
): string {
  if (reason === 'filter-silent' && state === 'unchecked')
    return `the filter gave no answer${why ? ` (${SILENCE_WORDS[why as keyof typeof SILENCE_WORDS] ?? why})` : ''}; it is asked again by itself`;
  if (reason === 'provisional') return `${saidWords(verdict)} for now, and wants to be asked once more`;
  const said = verdict === undefined ? '' : `${saidWords(verdict)}; `;
  return `${said}${STATE[state]}: ${shortReason(reason)}`;
}

function saidWords(verdict: string | undefined): string {
  return `the filter said ${VERDICT[verdict ?? ''] ?? 'nothing'}`;
}

const VERDICT: Record<string, string> = {
  ham: '“no spam”',
  spam: '“spam”',
  discard: '“surely spam”',
};

const STATE: Record<CommentEvent['state'], string> = {
  unchecked: 'waiting for the filter',
  held: 'held',
  published: 'published',
  spam: 'taken for spam',
  trash: 'thrown away',
  withdrawn: 'withdrawn',
};

const DECIDED: Partial<Record<CommentEvent['state'], string>> = {
  published: 'approved it',
  spam: 'called it spam',
  trash: 'threw it away',
  held: 'put it back among the held ones',
};

function aboutDecision(moderation: Moderation | undefined): string[] {
  if (!moderation) return [];
  const { count, token_hash, undone_at } = moderation;
  const others = count - 1;
  return [
    ...(others > 0 ? [`one of ${count} decided together`] : []),
    ...(token_hash ? ['by the link of a letter'] : []),
    ...(undone_at ? ['taken back later'] : []),
  ];
}

/** Fields of the filter's answer beside its verdict, by the names under which they are kept. */
const NOTES: Record<string, string> = {
  proTip: 'tip',
  error: 'error',
  debugHelp: 'help',
  alertCode: 'alert code',
  alert: 'alert',
  guid: 'number of the answer',
};

function replyOf(detail: Detail): string[] {
  return Object.entries(NOTES).flatMap(([name, words]) =>
    detail[name] === undefined ? [] : [`${words}: ${detail[name]}`],
  );
}

function toldStep({ kind, attempts, due_at, done_at }: Feedback): HistoryStep {
  const what = kind === 'spam' ? 'that it is spam' : 'that it is no spam';
  const tries = attempts > 0 ? `, tried ${attempts === 1 ? 'once' : `${attempts} times`} so far` : '';
  const words = done_at === null ? `the filter is to be told ${what}${tries}` : `the filter was told ${what}`;
  return { at: done_at ?? due_at, who: 'this site', words, reply: [], before: undefined };
}
