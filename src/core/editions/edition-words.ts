import { timeWords } from '../articles/time-words.ts';
import { CADENCE_WORDS, type Edition, type EditionStory, type Variant } from './edition.ts';
import { type House, topicName } from './house.ts';

/** What a letter calls itself, in its masthead and before its subject: `Watchpost weekly`. */
export function editionName({ title }: House, { kind, cadence }: Edition): string {
  if (kind === 'alert') return `${title} alert`;
  return cadence ? `${title} ${CADENCE_WORDS[cadence].toLowerCase()}` : title;
}

export function subjectOf(house: House, edition: Edition, lead: EditionStory | undefined): string {
  const { letter, update } = edition.contents;
  if (letter) return letter.title;
  if (edition.kind === 'alert' && update) return `Update: ${lead?.title ?? edition.title}`;
  return `${editionName(house, edition)}: ${lead?.title ?? edition.title}`;
}

/** When it is of, below the name: `Tuesday, 24 November 2026`. */
export function kickerOf(house: House, { kind, until, contents }: Edition): string {
  if (kind !== 'alert') return timeWords(house, until, 'date');
  const { update } = contents;
  return update ? `An update, ${timeWords(house, update.at)}` : timeWords(house, until);
}

/** Why somebody gets it; whoever forwards it forwards that, too. */
export function whyOf({ title }: House, { kind, cadence }: Edition): string {
  if (kind === 'alert')
    return `You get this because you asked ${title} to tell you at once when something of this weight happens, and confirmed it.`;
  if (kind === 'letter') return `You get this because you subscribed to ${title} and confirmed it.`;
  return `You get this because you asked for the ${cadence ?? ''} digest of ${title} and confirmed it.`;
}

export function opening({ since: after }: Pick<Variant, 'since'>, count: number): string {
  const what = count === 1 ? 'One story' : `${count} stories`;
  return `${what} ${after === 0 ? 'to begin with' : 'since the last digest'}.`;
}

export function moreLine(more: number): string {
  return more === 0 ? '' : `${more} more ${more === 1 ? 'is' : 'are'} on the site.`;
}

/** `Phishing · ongoing`: what a story is about, and whether it needs a look at once. */
export function labelOf(house: House, { topics, status, severity }: EditionStory): string {
  const topic = topics[0] === undefined ? '' : topicName(house, topics[0]);
  const state = status === 'ongoing' ? 'ongoing' : severity === 'critical' ? 'critical' : '';
  return [topic, state].filter(Boolean).join(' · ');
}

/** What happened, in two sentences: a letter is a way to the story, and not the story. */
export function inShort({ language }: Pick<House, 'language'>, dek: string): string {
  const sentences = [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(dek)];
  return sentences.length <= 2
    ? dek
    : sentences
        .slice(0, 2)
        .map(({ segment }) => segment)
        .join('')
        .trim();
}

/** Who writes, and where they can be written to. */
export function postalLine({ title, postalAddress }: Pick<House, 'title' | 'postalAddress'>): string {
  return [title, postalAddress.trim()].filter(Boolean).join(', ');
}
