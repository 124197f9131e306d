import type { KeptComment } from '#core/comments/own-comments.ts';

/** What is kept about somebody, for them alone, as a file to save. */
export function sendOwnData(name: string, comments: readonly KeptComment[]): Response {
  return new Response(`${JSON.stringify({ comments }, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${name}.json"`,
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    },
  });
}
