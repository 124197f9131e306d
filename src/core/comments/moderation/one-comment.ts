import type { Db } from '../../platform/db.ts';
import { type CommentRow, commentById } from '../comment-rows.ts';
import { type HistoryStep, historyOf } from './history.ts';
import { answersTo } from './history-rows.ts';
import { othersOf } from './person-rows.ts';
import { type QueuedComment, withContext } from './queue-context.ts';

/** So much is shown around a comment. */
const ABOVE = 6;
const ANSWERS = 10;
const OTHERS = 20;

/** A comment with everything that helps to decide about it. */
export interface CommentAtDesk {
  comment: QueuedComment;
  /** What it answers, what that answers, and so on; the outermost first. */
  above: CommentRow[];
  /** What answers it, oldest first. */
  answers: CommentRow[];
  /** Other comments of the same address, newest first. */
  others: CommentRow[];
  history: HistoryStep[];
}

/** One comment with what stands around it; undefined where there is none of that number. */
export async function commentAtDesk(db: Db, id: number): Promise<CommentAtDesk | undefined> {
  const found = await commentById(db, id);
  if (!found) return undefined;
  const [comment] = await withContext(db, [found]);
  if (!comment) return undefined;
  const [above, answers, others, history] = await Promise.all([
    aboveOf(db, found),
    answersTo(db, id, ANSWERS),
    othersOf(db, found, OTHERS),
    historyOf(db, id),
  ]);
  return { comment, above, answers, others, history };
}

async function aboveOf(db: Db, { parent_id }: CommentRow): Promise<CommentRow[]> {
  const above: CommentRow[] = [];
  for (let id = parent_id; id !== null && above.length < ABOVE; ) {
    const comment = await commentById(db, id);
    if (!comment) break;
    above.unshift(comment);
    id = comment.parent_id;
  }
  return above;
}
