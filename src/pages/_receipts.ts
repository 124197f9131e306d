import type { APIContext, AstroGlobal } from 'astro';
import type { CommentRow } from '#core/comments/comment-rows.ts';
import { commentOfReceipt } from '#core/comments/receipt.ts';
import { receiptsIn } from '#server/receipt-cookie.ts';

/** The comments that this browser has written under the article whose page is asked, newest first. */
export async function receiptsFor(
  { request, locals }: Pick<APIContext | AstroGlobal, 'request' | 'locals'>,
  article: string,
): Promise<{ receipt: string; comment: CommentRow }[]> {
  const own: { receipt: string; comment: CommentRow }[] = [];
  for (const receipt of receiptsIn(request.headers.get('cookie'))) {
    const comment = await commentOfReceipt(locals.app, receipt);
    if (comment?.article === article && comment.reason !== 'erased') own.push({ receipt, comment });
  }
  return own;
}
