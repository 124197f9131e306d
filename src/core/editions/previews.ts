import type { Library } from '../articles/library.ts';
import { letterInFrame } from '../mail/letter-look.ts';
import type { SlotValues } from '../mail/slots.ts';
import type { Parts } from '../platform/parts.ts';
import type { Edition, Variant } from './edition.ts';
import { editionLetter } from './edition-letter.ts';
import { houseOf } from './house.ts';

/** One variant's letter as its readers would see it. */
export interface VariantPreview {
  /** Topic ids joined by commas; empty for all. */
  topics: string;
  readers: number;
  subject: string;
  html: string;
  text: string;
}

/** Somebody who is nobody: their links lead to pages that say so. */
export const SAMPLE_READER: SlotValues = {
  address: 'reader@example.org',
  phrase: 'an example phrase',
  preferences: 'preview',
  unsubscribe: 'preview',
  comment: 'preview',
};

/** The letters of an edition, one a variant, before it starts or long after. */
export function variantPreviews(
  { config, siteUrl, library }: Pick<Parts, 'config' | 'siteUrl'> & { library: Library },
  edition: Edition,
  variants: readonly Variant[],
  reader: SlotValues = SAMPLE_READER,
): VariantPreview[] {
  const house = edition.contents.house ?? houseOf(library.site, siteUrl);
  return variants.map((variant) => {
    const { subject, html, text } = editionLetter({ config, siteUrl, house }, edition, variant, reader);
    return { topics: variant.topics, readers: variant.readers, subject, html, text };
  });
}

/** A letter's HTML as a mail program that is set to light or dark shows it; its links open a window of their own. */
export function letterAsSeen(
  parts: Pick<Parts, 'config' | 'siteUrl'> & { library: Library },
  edition: Edition,
  variant: Variant,
  scheme: 'light' | 'dark',
): string {
  const [letter] = variantPreviews(parts, edition, [variant]);
  return letterInFrame(scheme, letter?.html ?? '');
}
