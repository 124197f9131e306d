import { AppError } from '../platform/errors.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { type Edition, textKey, type Variant } from './edition.ts';
import { lookOf } from './look-at-plan.ts';
import { type EditionParts, plannedEdition } from './make-edition.ts';
import type { Plan } from './plan.ts';
import type { ReadersLately } from './readers-lately.ts';
import { requireEdition } from './require-edition.ts';
import { alertSubject, plannedAlert } from './send-alert.ts';
import { letterNamed, plannedLetter } from './send-letter.ts';
import { variantsOf } from './verify-rows.ts';

/** Whose letters are to be seen: those of an edition, or of what could be one. */
export type LetterSource =
  /** `look`: the key of a plan that is not saved. */
  | { kind: 'digest'; cadence: Cadence; look?: string | undefined }
  | { kind: 'alert'; slug: string; isUpdate: boolean }
  | { kind: 'letter'; name: string }
  | { kind: 'edition'; id: string };

/** An edition, and each different letter of it once. */
export interface LettersToSee {
  edition: Edition;
  /** Those that read the same are one, with the readers of all. */
  letters: Variant[];
}

type SeeingParts = EditionParts & { readersLately?: ReadersLately };

/**
 * What readers would get now, or have got where the edition has started; changes nothing.
 *
 * @returns undefined where nobody would get anything
 * @throws AppError `not-found`, `invalid` as whatever makes such an edition
 */
export async function lettersToSee(
  parts: SeeingParts,
  source: LetterSource,
): Promise<LettersToSee | undefined> {
  const { edition, variants } = (await plannedFrom(parts, source)) ?? {};
  return edition && variants && { edition, letters: differentLetters(edition, variants) };
}

async function plannedFrom(
  parts: SeeingParts,
  source: LetterSource,
): Promise<{ edition: Edition; variants: readonly Variant[] } | undefined> {
  if (source.kind === 'alert')
    return plannedAlert(parts, alertSubject(parts, source.slug, source.isUpdate), parts.readersLately);
  if (source.kind === 'letter')
    return plannedLetter(parts, letterNamed(parts, source.name), parts.readersLately);
  if (source.kind === 'edition') return plannedOrFrozen(parts, source.id);
  return plannedDigest(parts, source.cadence, { plan: await looked(parts, source) });
}

async function plannedOrFrozen(parts: SeeingParts, id: string) {
  const edition = await requireEdition(parts.db, id);
  if (edition.number !== undefined) return { edition, variants: await variantsOf(parts.db, id) };
  if (edition.state === 'cancelled') return undefined; // it never said anything
  if (edition.cadence) return plannedDigest(parts, edition.cadence, { id });
  return plannedLetter(parts, letterNamed(parts, edition.subject ?? ''), parts.readersLately);
}

async function plannedDigest(
  parts: SeeingParts,
  cadence: Cadence,
  making: { id?: string; plan?: Plan | undefined },
) {
  const { id, plan } = making;
  const now = parts.clock.now();
  const planned = await plannedEdition(parts, cadence, now, {
    lately: parts.readersLately,
    ...(id === undefined ? {} : { id }),
    ...(plan ? { plan } : {}),
  });
  return planned.state === 'made' ? planned : undefined;
}

async function looked(
  { db }: EditionParts,
  { cadence, look }: Extract<LetterSource, { kind: 'digest' }>,
): Promise<Plan | undefined> {
  if (look === undefined) return undefined;
  const kept = await lookOf(db, cadence, look);
  if (!kept) throw new AppError('not-found', 'What was looked at is not kept any more: look again.');
  return kept.plan;
}

/** Readers who were told different things before may get the same words. */
function differentLetters(edition: Edition, variants: readonly Variant[]): Variant[] {
  const alike = Map.groupBy(variants, (variant) => `${variant.topics} ${textKey(edition, variant)}`);
  return [...alike.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, readers: others.reduce((sum, { readers }) => sum + readers, first.readers) }] : [],
  );
}
