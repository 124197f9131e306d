import type { Trx } from '../platform/db.ts';
import type { CommentRow } from './comment-rows.ts';

/** Forgets what was there before an edit, and what the filter said beside its verdict. */
export async function clearEventDetails(trx: Trx, id: number): Promise<void> {
  await trx.updateTable('comment_event').set({ detail: null }).where('comment_id', '=', id).execute();
}

/** Corrections hold what was sent to the filter. */
export async function deleteFeedbackOf(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom('spam_feedback').where('comment_id', '=', id).execute();
}

/**
 * Forgets an address that wanted to hear of replies, once no comment of it is left, with the letters to it. Of one that
 * was asked, or said stop, a keyed hash stays: it must not be asked over and over by who posts and erases.
 */
export async function forgetCommenter(trx: Trx, emailKey: string, hash: string): Promise<void> {
  const commenter = await trx
    .selectFrom('commenter')
    .select(['id', 'asked', 'stopped_at'])
    .where('email_key', '=', emailKey)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('comment').select('comment.id').where('comment.email_key', '=', emailKey))),
    )
    .executeTakeFirst();
  if (!commenter) return;
  await trx.deleteFrom('delivery').where('commenter_id', '=', commenter.id).execute();
  if (commenter.asked === 0 && commenter.stopped_at === null)
    await trx.deleteFrom('commenter').where('id', '=', commenter.id).execute();
  else
    await trx
      .updateTable('commenter')
      .set({ email: '', email_key: hash })
      .where('id', '=', commenter.id)
      .execute();
}

/** The letters that tell of a comment, or were written to its address alone, by their Message-ID. */
export async function lettersAbout(
  trx: Trx,
  { id, told_in, email_key }: Pick<CommentRow, 'id' | 'told_in' | 'email_key'>,
): Promise<string[]> {
  const edits = await trx
    .selectFrom('comment_event')
    .select('detail')
    .where('comment_id', '=', id)
    .where('reason', '=', 'edited')
    .execute();
  const toldBefore = edits.map(
    ({ detail }) => (JSON.parse(detail ?? '{}') as { toldIn?: number }).toldIn ?? 0,
  );
  const letters = await trx
    .selectFrom('delivery')
    .select('message_id')
    .where((w) =>
      w.or([
        w('id', 'in', [told_in ?? 0, ...toldBefore]),
        w('id', 'in', w.selectFrom('reply_notice').select('told_in').where('comment_id', '=', id)),
        w(
          'commenter_id',
          'in',
          w.selectFrom('commenter').select('commenter.id').where('email_key', '=', email_key),
        ),
      ]),
    )
    .execute();
  return letters.map(({ message_id }) => message_id);
}
