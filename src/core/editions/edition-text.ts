import { hash } from 'node:crypto';
import { timeWords } from '../articles/time-words.ts';
import { wrapped } from '../mail/letter-layout.ts';
import { type Edition, type EditionStory, editionPath, storiesNamed, type Variant } from './edition.ts';
import { inShort, labelOf, moreLine, opening } from './edition-words.ts';
import type { House } from './house.ts';
import { markdownAsText } from './letter-text.ts';

type Said = Pick<Variant, 'stories' | 'since' | 'more'>;

/** Stands above and below the edition's text in a letter: what is between is the same for everyone, and is hashed. */
export const RULE = '_'.repeat(64);

/**
 * What an edition says to all readers of one variant, in plain words, with nothing that is one reader's own. Lines end
 * with LF and without blanks; there is no empty line at either end.
 */
export function editionText(house: House, edition: Edition, variant: Said): string {
  const { introduction, letter } = edition.contents;
  const stories = storiesNamed(edition.contents.stories, variant.stories);
  const blocks = [
    introduction ? markdownAsText(introduction, house.url) : '',
    letter ? `${wrapped(letter.title)}\n\n${markdownAsText(letter.markdown, house.url)}` : '',
    ...(edition.kind === 'alert'
      ? stories.map((story) => alertText(house, edition, story))
      : digestText(house, stories, variant)),
    `This ${edition.kind === 'digest' ? 'edition' : edition.kind} on the web:\n${new URL(editionPath(edition.id), house.url).href}`,
  ];
  return hashable(blocks.filter(Boolean).join('\n\n'));
}

/** SHA-256 of an edition's text, as its letters and its page give it. */
export function textHash(text: string): string {
  return hash('sha256', hashable(text), 'hex');
}

/** The edition's text within the text part of a letter; undefined where the rules are not there. */
export function textBetweenRules(text: string): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const from = lines.indexOf(RULE);
  const to = lines.lastIndexOf(RULE);
  return from === -1 || to === from ? undefined : hashable(lines.slice(from + 1, to).join('\n'));
}

function hashable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}

function digestText(house: House, stories: readonly EditionStory[], variant: Said): string[] {
  if (stories.length === 0) return [];
  return [
    opening(variant, stories.length),
    ...stories.map((story) =>
      [
        labelOf(house, story).toUpperCase(),
        wrapped(story.title),
        wrapped(inShort(house, story.dek)),
        new URL(story.path, house.url).href,
      ]
        .filter(Boolean)
        .join('\n'),
    ),
    moreLine(variant.more),
  ];
}

/** What happened, whom it concerns, what to do now, where there is more. */
function alertText(house: House, { contents: { update } }: Edition, story: EditionStory): string {
  const { title, dek, affected = [], actions = [], path } = story;
  return [
    [labelOf(house, story).toUpperCase(), wrapped(title)].filter(Boolean).join('\n'),
    update ? wrapped(`New since ${timeWords(house, update.at)}: ${update.text}`) : wrapped(dek),
    affected.length > 0 ? wrapped(`Affected: ${affected.join(', ')}.`) : '',
    actions.length > 0
      ? `What to do now:\n${actions.map((action, index) => numbered(index + 1, action)).join('\n')}`
      : '',
    `The whole story, and what becomes known:\n${new URL(path, house.url).href}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function numbered(number: number, text: string): string {
  return `${number}. ${wrapped(text, 69).replaceAll('\n', '\n   ')}`;
}
