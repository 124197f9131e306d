import type { Letter } from '../mail/letter.ts';
import {
  button,
  footLine,
  joined,
  letterHtml,
  linkLine,
  paragraph,
  phraseNote,
  wrapped,
} from '../mail/letter-layout.ts';
import { AUTOMATIC, listUnsubscribe } from '../mail/list-headers.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import { GENUINE_PATH, phraseText } from '../mail/phrase-note.ts';
import { sender } from '../mail/sender-address.ts';
import { letterLinks } from '../subscribers/letter-links.ts';
import { topicsOf } from '../subscribers/subscriber.ts';
import type { Subscriber } from '../subscribers/subscriber-rows.ts';
import { type Edition, editionPath, pageStories } from './edition.ts';
import { editionHtml } from './edition-html.ts';
import { digestBefore } from './edition-rows.ts';
import { editionText } from './edition-text.ts';
import { postalLine } from './edition-words.ts';
import { type House, houseOf, topicName } from './house.ts';
import type { EditionParts } from './make-edition.ts';

/** The first letter after the button: what will come, the latest digest so that nothing has to be waited for, the way out. */
export async function welcomeLetter(
  parts: EditionParts,
  { message_id, created_at, recipient }: Delivery,
  reader: Subscriber,
): Promise<Letter> {
  const { config, siteUrl, library } = parts;
  const { site } = library;
  const house = houseOf(site, siteUrl);
  const links = letterLinks(parts, reader.id);
  const genuine = new URL(GENUINE_PATH, siteUrl).href;
  const latest = await latestFor(parts, reader);
  const words = wordsOf(house, reader);
  const variant = latest && {
    stories: pageStories(latest.contents).map(({ slug }) => slug),
    since: 0,
    more: 0,
  };
  const yours = phraseText(reader.phrase, genuine);
  const page = latest && new URL(editionPath(latest.id), siteUrl).href;
  const postal = postalLine(house);
  return {
    from: sender(config.mailFrom, site),
    to: recipient,
    subject: `Welcome to ${site.title}`,
    messageId: message_id,
    date: new Date(created_at),
    headers: {
      ...AUTOMATIC,
      'List-Unsubscribe': listUnsubscribe(links.unsubscribe),
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    text: [
      yours,
      wrapped(words.welcome),
      wrapped(words.next),
      `Change what you get:\n${links.preferences}`,
      `How to tell that a letter is ours:\n${genuine}`,
      latest && variant
        ? `The latest digest, so that you need not wait:\n\n${editionText(house, latest, variant)}`
        : '',
      `-- \n${wrapped(words.why)}\nThis letter is for\n${recipient}\n\nUnsubscribe:\n${links.unsubscribe}\n\n${wrapped(postal)}\n`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: site.title,
      kicker: 'Welcome',
      preheader: words.next,
      contents: joined([
        ...(reader.phrase ? [phraseNote(reader.phrase, genuine)] : []),
        paragraph(words.welcome),
        paragraph(words.next),
        button('Change what you get', links.preferences),
        linkLine('How to tell that a letter is ours', genuine),
        ...(latest && variant
          ? [paragraph('The latest digest, so that you need not wait:'), editionHtml(house, latest, variant)]
          : []),
      ]),
      foot: joined([
        footLine(words.why),
        footLine(`This letter is for ${recipient}.`),
        footLine('Unsubscribe', links.unsubscribe),
        ...(page === undefined ? [] : [footLine('The latest digest on the web', page)]),
        footLine('Comment as a confirmed reader', links.comment),
        footLine(postal),
      ]),
    }),
  };
}

/**
 * The digest after which their own begin (`toldAtFirst`), without the introduction that was for its day. One that was made
 * since they confirmed comes by itself.
 */
async function latestFor(
  { db }: EditionParts,
  { cadence, topics, told_edition }: Subscriber,
): Promise<Edition | undefined> {
  const own = await digestBefore(db, cadence, told_edition);
  if (!own) return undefined;
  const wanted = topicsOf(topics);
  const stories = pageStories(own.contents).filter(
    (story) => wanted.length === 0 || story.topics.some((topic) => wanted.includes(topic)),
  );
  return stories.length === 0 ? undefined : { ...own, contents: { stories, more: 0 } };
}

function wordsOf(house: House, { cadence, topics, alerts }: Subscriber) {
  const chosen = topicsOf(topics).map((topic) => topicName(house, topic));
  const about = chosen.length === 0 ? 'on every topic' : `on ${chosen.join(', ')}`;
  const atOnce = alerts > 0 ? ' When something grave happens, you hear of it at once.' : '';
  return {
    welcome: `You are a reader of ${house.title} now: thank you.`,
    next: `The ${cadence} digest comes to you ${about}, whenever there is something new, and not otherwise.${atOnce}`,
    why: `You get this because you asked for the ${cadence} digest of ${house.title} and confirmed it.`,
  };
}
