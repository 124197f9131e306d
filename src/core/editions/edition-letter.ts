import { footLine, joined, letterHtml, phraseNote, wrapped } from '../mail/letter-layout.ts';
import type { SharedLetter } from '../mail/letter-template.ts';
import { listHeaders } from '../mail/list-headers.ts';
import { GENUINE_PATH, phraseText } from '../mail/phrase-note.ts';
import { sender } from '../mail/sender-address.ts';
import type { SlotValues } from '../mail/slots.ts';
import type { Config } from '../platform/config.ts';
import { type Edition, editionPath, storiesNamed, type Variant } from './edition.ts';
import { editionHtml } from './edition-html.ts';
import { editionText, RULE, textHash } from './edition-text.ts';
import { editionName, inShort, kickerOf, postalLine, subjectOf, whyOf } from './edition-words.ts';
import type { House } from './house.ts';

export interface LetterSetting {
  config: Pick<Config, 'mailFrom'>;
  siteUrl: URL;
  /** The house as it was when the edition started, else as it is. */
  house: House;
}

/**
 * An edition as readers of one variant get it. With marks for a reader's values it is the pattern of all their letters; a
 * reader without a phrase has a pattern of their own.
 */
export function editionLetter(
  { config, siteUrl, house }: LetterSetting,
  edition: Edition,
  variant: Pick<Variant, 'stories' | 'since' | 'more'>,
  reader: SlotValues,
): SharedLetter {
  const lead = storiesNamed(edition.contents.stories, variant.stories)[0];
  const said = editionText(house, edition, variant);
  const links = linksOf(siteUrl, edition, reader);
  const foot = {
    why: whyOf(house, edition),
    postal: postalLine(house),
    hash: textHash(said),
  };
  return {
    from: sender(config.mailFrom, { title: house.title, newsletter: { from: house.from } }),
    subject: subjectOf(house, edition, lead),
    headers: listHeaders(house, siteUrl, edition),
    text: [
      `${editionName(house, edition)}\n${kickerOf(house, edition)}`,
      phraseText(reader.phrase, links.genuine),
      RULE,
      said,
      RULE,
      `SHA-256 of the text between the two lines:\n${foot.hash}\nHow to check it: ${links.genuine}`,
      `Comment as a confirmed reader:\n${links.comment}`,
      `-- \n${wrapped(foot.why)}\nThis letter is for\n${reader.address}\n\nChange what you get:\n${links.preferences}\nUnsubscribe:\n${links.unsubscribe}\n\n${wrapped(foot.postal)}\n`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    html: letterHtml({
      language: house.language,
      title: editionName(house, edition),
      kicker: kickerOf(house, edition),
      preheader: inShort(house, edition.contents.update?.text ?? lead?.dek ?? ''),
      contents: joined([
        ...(reader.phrase ? [phraseNote(reader.phrase, links.genuine)] : []),
        editionHtml(house, edition, variant),
      ]),
      foot: joined([
        footLine(foot.why),
        footLine(`This letter is for ${reader.address}.`),
        footLine('Unsubscribe', links.unsubscribe),
        footLine('Change what you get', links.preferences),
        footLine('Read this on the web', links.page),
        footLine('Comment as a confirmed reader', links.comment),
        footLine(foot.postal),
        footLine(`SHA-256 of this letter’s text: ${foot.hash}`),
        footLine('How to tell that a letter is ours', links.genuine),
      ]),
    }),
  };
}

/** Addresses are put together and not parsed: where a mark stands for a token, it stays as it is. */
function linksOf(siteUrl: URL, { id }: Edition, reader: SlotValues) {
  const own = (purpose: 'preferences' | 'unsubscribe' | 'comment') =>
    `${siteUrl.origin}/newsletter/${purpose}/${reader[purpose]}/`;
  return {
    page: `${siteUrl.origin}${editionPath(id)}`,
    genuine: `${siteUrl.origin}${GENUINE_PATH}`,
    preferences: own('preferences'),
    unsubscribe: own('unsubscribe'),
    comment: own('comment'),
  };
}
