import { timeWords } from '../articles/time-words.ts';
import { aside, button, joined, paragraph } from '../mail/letter-layout.ts';
import { INK, SERIF } from '../mail/letter-look.ts';
import { asSafeHtml, escapeHtml, type SafeHtml } from '../platform/safe-html.ts';
import { type Edition, type EditionStory, storiesNamed, type Variant } from './edition.ts';
import { inShort, labelOf, moreLine, opening } from './edition-words.ts';
import type { House } from './house.ts';
import { markdownInLetter } from './markdown-letter.ts';
import { actionList, destination, kicker, leadStory, otherStory } from './story-html.ts';

/** What an edition says to all readers of one variant, as the middle of a letter. */
export function editionHtml(
  house: House,
  edition: Edition,
  variant: Pick<Variant, 'stories' | 'since' | 'more'>,
): SafeHtml {
  const { introduction, letter } = edition.contents;
  const stories = storiesNamed(edition.contents.stories, variant.stories);
  return joined([
    ...(introduction ? [markdownInLetter(introduction, house.url)] : []),
    ...(letter ? [heading(letter.title), markdownInLetter(letter.markdown, house.url)] : []),
    ...(edition.kind === 'alert'
      ? stories.map((story) => alertHtml(house, edition, story))
      : [digestHtml(house, stories, variant)]),
  ]);
}

function digestHtml(
  house: House,
  stories: readonly EditionStory[],
  variant: Pick<Variant, 'since' | 'more'>,
): SafeHtml {
  const [lead, ...others] = stories.map((story) => ({
    label: labelOf(house, story),
    title: story.title,
    dek: inShort(house, story.dek),
    href: new URL(story.path, house.url).href,
  }));
  if (!lead) return asSafeHtml('');
  const more = moreLine(variant.more);
  return joined([
    aside(opening(variant, stories.length)),
    leadStory(lead),
    ...others.map(otherStory),
    ...(more ? [aside(more)] : []),
  ]);
}

function alertHtml(house: House, { contents: { update } }: Edition, story: EditionStory): SafeHtml {
  const { title, dek, affected = [], actions = [], path } = story;
  const href = new URL(path, house.url).href;
  return joined([
    kicker(labelOf(house, story)),
    heading(title),
    ...(update
      ? [aside(`New since ${timeWords(house, update.at)}`), paragraph(update.text)]
      : [paragraph(dek)]),
    ...(affected.length > 0 ? [paragraph(`Affected: ${affected.join(', ')}.`)] : []),
    ...(actions.length > 0 ? [actionList('What to do now', actions)] : []),
    button('Read the whole story', href),
    destination(href, 16),
  ]);
}

function heading(title: string): SafeHtml {
  return asSafeHtml(
    `<h2 dir="auto" class="wp-ink" style="margin:4px 0 14px;font:700 29px/1.18 ${SERIF};color:${INK}">${escapeHtml(title)}</h2>`,
  );
}
