import { parseEmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';
import { NAMELESS } from './comment.ts';
import type { CommentParts } from './comment-parts.ts';
import { commentById } from './comment-rows.ts';
import { cleanText } from './markup/comment-markup.ts';
import { type VerifiedReader, verifiedReader } from './verified-reader.ts';

export const NAME_MAX = 80;
export const BODY_MAX = 5000;
const WEBSITE_MAX = 200;

/** A comment as it was sent: form fields as typed, and where they came from. */
export interface CommentDraft {
  article: string;
  name: string;
  email: string;
  website: string;
  body: string;
  /** Id of the comment that it answers, or empty. */
  parent: string;
  notify: boolean;
  /** Not to be told to the filter: a person is to read it. */
  forPerson?: boolean;
  /** Its writer was shown the second thoughts, and sends it all the same. */
  anyway?: boolean;
  /** The stamp of when the form was shown; see form-stamp.ts. */
  stamp?: string;
  /** The token of a confirmed subscriber's own link, or empty. */
  reader?: string;
  /** What stands in the field that people do not see. */
  honeypot: string;
  network: string;
  userAgent: string;
  referrer: string;
}

/** A draft that can be saved. */
export interface CheckedDraft {
  name: string;
  /** Empty where the site does not ask for one and none was given. */
  email: string;
  emailKey: string;
  website: string | null;
  body: string;
  parent: number | null;
  isVerified: boolean;
}

/** @throws AppError `invalid` with the fields that are wrong */
export async function checkedDraft(parts: CommentParts, draft: CommentDraft): Promise<CheckedDraft> {
  const { requireName, requireEmail } = parts.library.site.comments;
  const reader = draft.reader ? await verifiedReader(parts, draft.reader) : undefined;
  const wrong: Record<string, string> = {};
  const name = nameOf(draft.name, requireName, wrong);
  const address = addressOf(draft.email, reader, requireEmail, wrong);
  const website = websiteOf(draft.website);
  if (website === undefined)
    wrong.website =
      'This does not look like a web address. It should be like https://example.org, or be left empty.';
  const body = bodyOf(draft.body, wrong);
  const parent = await parentOf(parts, draft, wrong);
  if (Object.keys(wrong).length > 0 || !address || website === undefined)
    throw new AppError(
      'invalid',
      'Something in the form needs a change. What you wrote is still there.',
      wrong,
    );
  return {
    name,
    email: address.address,
    emailKey: address.key,
    website,
    body,
    parent,
    isVerified: reader !== undefined,
  };
}

function nameOf(typed: string, isRequired: boolean, wrong: Record<string, string>): string {
  const cleaned = cleanText(typed).replace(/\s+/g, ' ').trim();
  const name = VISIBLE.test(cleaned) ? cleaned : '';
  if (!name && isRequired) wrong.name = 'Write the name that should stand beside your comment.';
  else if (name.length > NAME_MAX) wrong.name = `Shorten the name to ${NAME_MAX} characters.`;
  return name || NAMELESS;
}

function addressOf(
  typed: string,
  reader: VerifiedReader | undefined,
  isRequired: boolean,
  wrong: Record<string, string>,
) {
  if (reader) return { address: reader.email, key: reader.emailKey };
  if (!typed.trim() && !isRequired) return { address: '', key: '' };
  const email = parseEmailAddress(typed);
  if (!email)
    wrong.email = typed.trim()
      ? 'This does not look like a mail address. It should be like name@example.org.'
      : 'Write your mail address. It will not be published.';
  return email;
}

/** Text has a letter, sign or mark that one can see: neither spaces, joiners, fillers nor blank braille count. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{DI}\p{NChar}\u{2800}]/u;

/** The text as it is kept; what is wrong with it is noted. */
export function bodyOf(typed: string, wrong: Record<string, string>): string {
  const body = cleanText(typed).trim();
  if (!VISIBLE.test(body)) wrong.body = 'Write your comment.';
  else if (body.length > BODY_MAX)
    wrong.body = `It has ${body.length} characters. Shorten it to ${BODY_MAX}.`;
  return body;
}

/** The address in full, null where the field was left empty, undefined where it is none. */
function websiteOf(typed: string): string | null | undefined {
  const text = typed.trim();
  if (!text) return null;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[\w.-]+:\d/.test(text) ? text : `https://${text}`;
  if (whole.length > WEBSITE_MAX || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const isWeb =
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?$/.test(url.hostname) &&
    !url.username &&
    !url.password;
  return isWeb ? url.href : undefined;
}

async function parentOf(
  { db }: CommentParts,
  draft: CommentDraft,
  wrong: Record<string, string>,
): Promise<number | null> {
  if (!draft.parent) return null;
  const id = Number(draft.parent);
  const above = Number.isSafeInteger(id) ? await commentById(db, id) : undefined;
  if (above?.article === draft.article && above.state === 'published') return id;
  wrong.parent = 'The comment that you answer is no longer there.';
  return null;
}
