import { parseEmailAddress } from '../../platform/email-address.ts';
import { AppError } from '../../platform/errors.ts';
import { HOLD_AT } from '../../spam/local-signs.ts';
import type { Verdict } from '../../spam/spam-filter.ts';
import { nameKey } from '../comment.ts';
import { bodyOf } from '../comment-draft.ts';
import type { CommentParts } from '../comment-parts.ts';
import { isKnownCommenter } from '../comment-rows.ts';
import { type CommentSign, signsOf } from '../comment-signs.ts';
import { likenessKeys } from '../likeness/likeness.ts';
import { alikeTo } from '../likeness/likeness-rows.ts';
import { type Place, placeBeforeFilter, placeOf, weightOf } from '../placement.ts';
import { thoughtsAbout } from '../post-comment.ts';
import type { SecondThought } from '../second-thoughts/second-thoughts.ts';
import { rulesNow } from './rules-now.ts';

/** A comment to be tried, as typed; everything but the body may be empty. */
export interface TypedTrial {
  name: string;
  email: string;
  website: string;
  body: string;
  network: string;
  /** As if a confirmed subscriber wrote it. */
  isVerified: boolean;
}

/** What would happen to a comment, and why. */
export interface CommentTrial {
  signs: CommentSign[];
  /** What they add up to, and from which sum on a stranger's comment is held. */
  weight: number;
  holdAt: number;
  isKnown: boolean;
  /** What its writer would be asked about before it is saved. */
  thoughts: SecondThought[];
  /** Where it would go, by what the filter would answer; `undefined`: no filter is asked, or none is set. */
  places: { verdict: Verdict | undefined; place: Place }[];
}

/**
 * Says what would happen to a comment that came now. Nothing is saved, and the filter is not asked: each of its answers
 * is told of instead. How fast it was written, and the trap, are not played.
 *
 * @throws AppError `invalid` with the fields that are wrong
 */
export async function tryComment(parts: CommentParts, typed: TypedTrial): Promise<CommentTrial> {
  const { db, clock, siteUrl, spam } = parts;
  const { email, emailKey, website, body } = checked(typed);
  const rules = await rulesNow(parts);
  const { alike } = await alikeTo(
    db,
    likenessKeys({ body, website, ownHosts: [siteUrl.hostname] }),
    clock.now(),
  );
  const network = typed.network.trim() || null;
  const facts = { name: typed.name, email, website, body, network, alike };
  const signs = signsOf({ ...facts, honeypot: '', secondsToWrite: undefined }, rules);
  const isKnown = await isKnownCommenter(db, { nameKey: nameKey(typed.name.trim()), emailKey });
  const known = { signs, forPerson: false, isKnown, isVerified: typed.isVerified };
  const before = placeBeforeFilter(known);
  const verdicts: (Verdict | undefined)[] = spam && !before ? ['ham', 'spam'] : [undefined];
  return {
    signs,
    weight: weightOf(signs),
    holdAt: HOLD_AT,
    isKnown,
    thoughts: thoughtsAbout(parts, { body }),
    places: verdicts.map((verdict) => ({ verdict, place: before ?? placeOf({ ...known, verdict }, rules) })),
  };
}

function checked({ email: typedEmail, website, body: typedBody }: TypedTrial) {
  const wrong: Record<string, string> = {};
  const body = bodyOf(typedBody, wrong);
  const email = typedEmail.trim() === '' ? undefined : parseEmailAddress(typedEmail);
  if (typedEmail.trim() !== '' && !email)
    wrong.email =
      'This does not look like a mail address. It should be like name@example.org, or be left empty.';
  if (Object.keys(wrong).length > 0) throw new AppError('invalid', 'Something needs a change.', wrong);
  return {
    body,
    email: email?.address ?? '',
    emailKey: email?.key ?? '',
    website: website.trim() === '' ? null : website.trim(),
  };
}
