import type { SharedLetter } from '../mail/letter-template.ts';
import { quotedPrintable } from '../mail/quoted-printable.ts';
import type { SlotValues } from '../mail/slots.ts';
import type { Edition, Variant } from './edition.ts';
import { editionHtml } from './edition-html.ts';
import { editionLetter } from './edition-letter.ts';
import { type House, houseOf } from './house.ts';
import { markdownAsText } from './letter-text.ts';
import { brokenLinks, liveIndicatorsIn } from './preflight-content.ts';
import { type PreflightFinding, type PreflightParts, stop } from './preflight-finding.ts';
import { senderFindings } from './preflight-sender.ts';

/** Gmail cuts a letter off beyond this, and with it the way out. */
const MOST_BYTES = 102_000;
/** The reader with the longest of everything. */
const LONGEST: SlotValues = {
  address: `${'x'.repeat(64)}@${'x'.repeat(63)}.${'x'.repeat(63)}.example.org`,
  phrase: 'ö'.repeat(80),
  preferences: 'x'.repeat(43),
  unsubscribe: 'x'.repeat(43),
  comment: 'x'.repeat(43),
};

/** Looks at every letter of an edition before the first of them goes out; what is found is told once. */
export function preflight(
  parts: PreflightParts,
  edition: Edition,
  variants: readonly Variant[],
): PreflightFinding[] {
  const house = edition.contents.house ?? houseOf(parts.library.site, parts.siteUrl);
  const letters = variants.map((variant) => ({
    variant,
    letter: editionLetter({ ...parts, house }, edition, variant, LONGEST),
    html: editionHtml(house, edition, variant),
  }));
  const first = letters[0]?.letter;
  const words = [...new Set(letters.flatMap(({ letter }) => [letter.subject, letter.text]))].join('\n');
  const html = letters.map((one) => one.html).join('\n');
  return [
    ...letters.flatMap(({ variant, letter }) => sizeFindings(variant, letter)),
    ...textFindings(house, edition),
    ...liveIndicatorsIn(parts, `${words}\n${html}`),
    ...brokenLinks(parts, html),
    ...altFindings(html),
    ...placeholderFindings(words),
    ...(first ? senderFindings(parts, house, first.from) : []),
  ];
}

function sizeFindings({ topics, readers }: Variant, { html }: SharedLetter): PreflightFinding[] {
  const bytes = quotedPrintable(html).length;
  if (bytes <= MOST_BYTES) return [];
  const whose = `${readers} ${readers === 1 ? 'reader' : 'readers'}${topics ? ` of ${topics}` : ''}`;
  const much = `${Math.ceil(bytes / 1000)} kB`;
  return [
    stop(
      `The letter to ${whose} has ${much}; Gmail cuts off after 102 kB. Leave a story out, or shorten what is written.`,
    ),
  ];
}

function textFindings(house: House, { contents: { letter } }: Edition): PreflightFinding[] {
  const isEmpty =
    letter &&
    markdownAsText(letter.markdown, house.url)
      .replace(/\[Picture: .*?\]/g, '')
      .trim() === '';
  if (!isEmpty) return [];
  return [
    stop('The letter has no text: who reads without pictures would get an empty one. Write a sentence.', {
      isFinal: true,
    }),
  ];
}

function altFindings(html: string): PreflightFinding[] {
  const without = [...html.matchAll(/<img\b[^>]*>/g)].filter(([tag]) => !/\salt="[^"]*\S[^"]*"/.test(tag));
  const sources = without.map(([tag]) => /\ssrc="([^"]*)"/.exec(tag)?.[1] ?? 'one without an address');
  return [...new Set(sources)].map((src) =>
    stop(
      `The picture ${src} has no words for those who do not see it: write them between the brackets, ![…].`,
    ),
  );
}

/** Journalists write TK for what is to come. */
function placeholderFindings(words: string): PreflightFinding[] {
  const line = words.split('\n').find((one) => /\b(?:TK)+\b/.test(one));
  return line === undefined
    ? []
    : [
        stop(
          `“TK” stands in it, for what is yet to come: “${line.trim().slice(0, 80)}”. Write it, or take it out.`,
        ),
      ];
}
