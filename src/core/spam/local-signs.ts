import type { CheckedFields } from './spam-filter.ts';

/** The field that people do not see; who fills it in is a program. */
export const HONEYPOT_FIELD = 'subject';

/** A sign is a reason to let a person look, never one to throw away. */
export type LocalSign = 'local-signs' | 'links';

/** What can be told of a comment without asking anyone. */
export function localSign(fields: CheckedFields, maxLinks: number): LocalSign | undefined {
  if (fields[HONEYPOT_FIELD]) return 'local-signs';
  const links = fields.comment_content?.match(/\bhttps?:\/\//gi)?.length ?? 0;
  return links > maxLinks ? 'links' : undefined;
}
