import type { Library } from '../articles/library.ts';
import type { Letter } from '../mail/letter.ts';
import { footLine, joined, letterHtml, paragraph, story, wrapped } from '../mail/letter-layout.ts';
import { sender } from '../mail/sender-address.ts';
import type { Parts } from '../platform/parts.ts';
import { letterLinks } from '../subscribers/letter-links.ts';
import type { Subscriber } from '../subscribers/subscriber-rows.ts';
import {
  CADENCE_WORDS,
  type Edition,
  type EditionStory,
  editionPath,
  storiesNamed,
  type Variant,
} from './edition.ts';

type DigestParts = Pick<Parts, 'config' | 'siteUrl' | 'secret'> & { library: Library };

/** An edition as one subscriber gets it: the stories of their topics, and their own way out. */
export function digestLetter(
  parts: DigestParts,
  edition: Edition,
  variant: Pick<Variant, 'stories' | 'since' | 'more'>,
  reader: Pick<Subscriber, 'id' | 'email'> & { phrase?: string },
  messageId: string,
  date: Date,
): Letter {
  const { config, library, siteUrl } = parts;
  const { site } = library;
  const stories = storiesNamed(edition.contents.stories, variant.stories);
  const links = letterLinks(parts, reader.id);
  const page = new URL(editionPath(edition.id), siteUrl).href;
  const subject = edition.cadence ? `${nameOf(site, edition)}: ${stories[0]?.title ?? ''}` : edition.title;
  const from = sender(config.mailFrom, site);
  const foot = footOf(site, edition, reader.email);
  return {
    from,
    to: reader.email,
    subject,
    messageId,
    date,
    headers: listHeaders(site, siteUrl, links.unsubscribe),
    text: [
      phraseLine(reader),
      ...wordsOf(edition, variant, stories.length),
      ...stories.map((one) => storyText(one, library, siteUrl)),
      moreLine(variant),
      `On the web: ${page}`,
      `Comment as a confirmed reader: ${links.comment}`,
      `-- \n${wrapped(foot.why)}\nChange it: ${links.preferences}\nUnsubscribe: ${links.unsubscribe}\n${foot.postal}`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    html: letterHtml({
      language: site.language,
      title: nameOf(site, edition),
      preheader: stories[0]?.dek ?? '',
      contents: joined([
        ...[phraseLine(reader), ...wordsOf(edition, variant, stories.length)].filter(Boolean).map(paragraph),
        ...stories.map((one) =>
          story({
            title: one.title,
            dek: one.dek,
            href: new URL(one.path, siteUrl).href,
            label: labelOf(one, library),
          }),
        ),
        ...(variant.more ? [paragraph(moreLine(variant))] : []),
      ]),
      foot: joined([
        footLine(foot.why),
        footLine('Read this on the web', page),
        footLine('Comment as a confirmed reader', links.comment),
        footLine('Change what you get', links.preferences),
        footLine('Unsubscribe', links.unsubscribe),
        footLine(foot.postal),
      ]),
    }),
  };
}

/** RFC 2919 and RFC 8058: which list this is, and how one press ends it. */
function listHeaders(site: Library['site'], siteUrl: URL, unsubscribe: string): Record<string, string> {
  const plainTitle = site.title.replace(/[^\w .,-]/g, '').trim();
  return {
    'List-Id': `${plainTitle ? `"${plainTitle}" ` : ''}<newsletter.${siteUrl.hostname}>`,
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Archive': `<${new URL('/newsletter/editions/', siteUrl).href}>`,
    Precedence: 'bulk',
  };
}

function phraseLine({ phrase }: { phrase?: string }): string {
  return phrase ? `Your phrase: ${phrase}` : '';
}

/** What is said before the stories; of a letter, all of it. */
function wordsOf({ kind, contents }: Edition, variant: Pick<Variant, 'since'>, count: number): string[] {
  if (contents.letter) return contents.letter.markdown.split(/\n{2,}/);
  const introduction = contents.introduction?.split(/\n{2,}/) ?? [];
  if (kind === 'alert')
    return contents.update ? [contents.update.text] : ['This is new, and it may concern you now.'];
  return [...introduction, opening(variant, count)];
}

function nameOf(site: Library['site'], { cadence }: Edition): string {
  return cadence ? `${site.title} ${CADENCE_WORDS[cadence].toLowerCase()}` : site.title;
}

function opening({ since: after }: Pick<Variant, 'since'>, count: number): string {
  const what = count === 1 ? 'One story' : `${count} stories`;
  const since = after === 0 ? 'to begin with' : 'since the last digest';
  return `${what} ${since}.`;
}

function moreLine({ more }: Pick<Variant, 'more'>): string {
  if (more === 0) return '';
  return `${more} more ${more === 1 ? 'is' : 'are'} on the site.`;
}

function storyText(one: EditionStory, library: Library, siteUrl: URL): string {
  const label = labelOf(one, library);
  return [
    label ? `${label.toUpperCase()}` : '',
    wrapped(one.title),
    wrapped(one.dek),
    new URL(one.path, siteUrl).href,
  ]
    .filter(Boolean)
    .join('\n');
}

function labelOf({ topics, status, severity }: EditionStory, library: Library): string {
  const topic = topics[0] ? library.topic(topics[0]).name : '';
  const state = status === 'ongoing' ? 'ongoing' : severity === 'critical' ? 'critical' : '';
  return [topic, state].filter(Boolean).join(' · ');
}

function footOf(site: Library['site'], { cadence }: Edition, email: string): { why: string; postal: string } {
  const why = `You get this because ${email} asked for ${cadence ? `the ${cadence} digest` : 'letters'} of ${site.title} and confirmed it.`;
  return { why, postal: `${site.title}, ${site.newsletter.postalAddress}` };
}
