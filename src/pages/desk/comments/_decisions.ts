import type { AstroGlobal } from 'astro';
import type { App } from '#core/app.ts';
import { answerComment, pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { reviewDiscard } from '#core/comments/moderation/discards.ts';
import {
  decideComments,
  MODERATIONS,
  readComments,
  STATE_AFTER,
  undoModeration,
} from '#core/comments/moderation/moderate-comment.ts';
import { AppError } from '#core/platform/errors.ts';
import { counted } from '../../../components/wording.ts';
import { type Form, formOf, rowNumber } from '../../_form.ts';
import { markRefused } from '../../_status.ts';
import { nameOfState } from './_states.ts';

/** What a form of the queue has brought about, for the notice above. */
export interface Done {
  kind: 'good' | 'attention';
  title: string;
  /** The decision that was made: it can be taken back. */
  moderation?: number | undefined;
}

/** An answer that could not be published, as it was typed. */
export interface Typed {
  id: number;
  text: string;
  error: string | undefined;
}

/** Does what the request's form asks for, where it is one; a rule that it breaks is told, with its status. */
export async function decidedBy(
  { request, response, locals }: Pick<AstroGlobal, 'request' | 'response' | 'locals'>,
  moderator: string,
): Promise<{ done?: Done; typed?: Typed }> {
  if (request.method !== 'POST') return {};
  const form = await formOf(request);
  try {
    return { done: { kind: 'good', ...(await decide(locals.app, form, moderator)) } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    return {
      done: { kind: 'attention', title: error.message },
      typed: {
        id: Number.parseInt(form.text('id'), 10),
        text: form.text('reply'),
        error: error.fields.reply,
      },
    };
  }
}

type Told = Omit<Done, 'kind'>;

async function decide(app: App, form: Form, by: string): Promise<Told> {
  const action = form.text('action');
  const read = readComments({ text: (name) => (name === 'ids' ? allNamed(form) : form.text(name)) }) ?? [];
  const [one = { id: 0 }] = read;
  if (action === 'undo') {
    const count = await undoModeration(app, rowNumber(form.text('moderation')), by);
    return { title: `Taken back: ${counted(count, 'comment')}.` };
  }
  if (action === 'answer') {
    const { name, moderation } = await answerComment(app, one, form.text('reply'), by);
    return { title: `Your answer to ${name} is published.`, moderation };
  }
  if (action === 'pin' || action === 'unpin') {
    await pinFromDesk(app, one.id, action === 'pin');
    return { title: action === 'pin' ? 'It is pinned above the others.' : 'It is pinned no more.' };
  }
  if (action === 'surely-spam' || action === 'no-spam') {
    await reviewDiscard(app, one.id, action === 'surely-spam', by);
    return { title: action === 'no-spam' ? 'It is published, and Akismet hears of it.' : 'Noted.' };
  }
  return moderate(app, read, action === 'trash' ? 'delete' : action, by);
}

/** Ids that stand in one field, and those of the boxes that are ticked. */
function allNamed(form: Form): string {
  return [form.text('ids'), ...form.texts('comment')].filter(Boolean).join(',');
}

async function moderate(
  app: App,
  read: NonNullable<ReturnType<typeof readComments>>,
  action: string,
  moderator: string,
): Promise<Told> {
  const known = MODERATIONS.find((one) => one === action);
  if (!known)
    throw new AppError('invalid', 'Nothing was changed: choose approve, spam, trash or back to held.');
  if (read.length === 0) throw new AppError('invalid', 'Nothing was changed: select comments first.');
  const { moderation, moved, skipped } = await decideComments(app, read, known, { moderator });
  const where = `now under “${nameOfState(STATE_AFTER[known])}”`;
  const title =
    moved.length === 1
      ? `The comment by ${moved[0]?.name} is ${where}.`
      : `${moved.length} comments are ${where}.`;
  const rest = skipped > 0 ? ` ${counted(skipped, 'other')} had changed meanwhile and stayed.` : '';
  return { title: title + rest, moderation };
}
