import type { Library } from '../articles/library.ts';
import { renderMarkdown } from '../articles/markdown.ts';
import type { Parts } from '../platform/parts.ts';
import type { SafeHtml } from '../platform/safe-html.ts';
import { topicsOf } from '../subscribers/subscriber.ts';
import { type Edition, type EditionStory, pageStories, textKey, type Variant } from './edition.ts';
import { editionText, textHash } from './edition-text.ts';
import { houseOf, topicName } from './house.ts';
import { variantsOf } from './verify-rows.ts';

/** One of the texts in which an edition went out, and who got it. */
export interface PrintedHash {
  hash: string;
  /** Topics that its readers chose, in words; undefined where they chose all, or where it went to several such groups. */
  topics: string | undefined;
}

/** What the page of an edition shows. */
export interface EditionPage {
  stories: EditionStory[];
  introduction: SafeHtml | undefined;
  letter: SafeHtml | undefined;
  hashes: PrintedHash[];
}

export async function editionPage(
  { db, siteUrl, library }: Pick<Parts, 'db' | 'siteUrl'> & { library: Library },
  edition: Edition,
): Promise<EditionPage> {
  const { introduction, letter } = edition.contents;
  const house = edition.contents.house ?? houseOf(library.site, siteUrl);
  const variants = await variantsOf(db, edition.id);
  const byText = Map.groupBy(variants, (variant) => textKey(edition, variant));
  const hashes = [...byText.values()].flatMap(([variant, ...others]) => {
    if (!variant) return [];
    const topics = others.length === 0 ? topicWords(variant) : undefined;
    return [{ hash: textHash(editionText(house, edition, variant)), topics }];
  });
  return {
    stories: pageStories(edition.contents),
    introduction: introduction ? renderMarkdown(introduction).html : undefined,
    letter: letter ? renderMarkdown(letter.markdown).html : undefined,
    hashes,
  };

  function topicWords({ topics }: Variant): string | undefined {
    return topics === ''
      ? undefined
      : topicsOf(topics)
          .map((id) => topicName(house, id))
          .join(', ');
  }
}
