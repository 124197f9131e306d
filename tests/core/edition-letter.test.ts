import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doIUseEmail } from '@jsx-email/doiuse-email';
import { editionLetter } from '#core/editions/edition-letter.ts';
import { editionText, textBetweenRules, textHash } from '#core/editions/edition-text.ts';
import { markdownAsText } from '#core/editions/letter-text.ts';
import { SAMPLE_READER } from '#core/editions/previews.ts';
import { filledIn, SLOT_MARKS, type SlotValues } from '#core/mail/slots.ts';
import { escapeHtml } from '#core/platform/safe-html.ts';
import {
  editionsOfEachKind,
  SAMPLE_HOUSE,
  sampleEdition,
  sampleStory,
  sampleVariant,
} from '../support/sample-edition.ts';

const SETTING = { config: {}, siteUrl: new URL('https://watchpost.test'), house: SAMPLE_HOUSE };
const READER: SlotValues = { ...SAMPLE_READER, phrase: 'blue <heron> & dawn' };
const letters = Object.entries(editionsOfEachKind()).map(([name, [edition, variant]]) => ({
  name,
  edition,
  variant,
  letter: editionLetter(SETTING, edition, variant, READER),
}));

/** What caniemail calls unsupported somewhere, and why it may be so there. */
const ACCEPTED: Record<string, string> = {
  '`@media`':
    'only the dark looks stand in it; without them a letter is light, or darkened by the program itself',
  '`<body> element`': 'what it says is said once more by the table within it',
  '`display:none`': 'of the preview line alone; where it shows, it is a sentence in the colour of the paper',
  '`role attribute`': 'for screen readers; who does not know it ignores it',
  '`word-break`': 'Windows Mail alone, whose column is wider than any word',
  '`white-space`': 'Outlook keeps the lines of code as they are instead of breaking them',
};

for (const { name, letter } of letters) {
  test(`Gmail, Outlook and Apple Mail show the ${name} as it is meant`, () => {
    const result = doIUseEmail(letter.html, { emailClients: ['gmail.*', 'outlook.*', 'apple-mail.*'] });
    const errors = 'errors' in result ? result.errors : [];
    assert.deepEqual(
      errors.filter((error) => !Object.keys(ACCEPTED).some((known) => error.startsWith(known))),
      [],
    );
    const style = /<style>(.*?)<\/style>/s.exec(letter.html)?.[1] ?? '';
    assert.ok(style.length < 8192, 'Gmail drops a longer one');
    assert.doesNotMatch(
      letter.html,
      /<script|<link|@import|@font-face|url\(|https?:(?!\/\/watchpost\.test\/)/,
    );
  });

  test(`the ${name} has the reader’s phrase, the way out, the address and why they get it, in both parts`, () => {
    for (const [part, phrase] of [
      [letter.text, READER.phrase],
      [letter.html, escapeHtml(READER.phrase)],
    ] as const) {
      for (const piece of [
        ...[phrase, READER.address, 'You get this because', '1 Lantern Street, London'],
        ...['https://watchpost.test/newsletter/unsubscribe/preview/', 'newsletter/preferences/preview/'],
        ...['newsletter/genuine/', 'newsletter/editions/2026-11-24-weekly/'],
      ])
        assert.ok(part.includes(piece), piece);
    }
    const prose = letter.text.split('\n').filter((line) => !/https?:|\S{60}/.test(line));
    assert.deepEqual(
      prose.filter((line) => line.length > 76),
      [],
    );
  });

  test(`the ${name} is its pattern with the reader’s own put in`, () => {
    const [edition, variant] = editionsOfEachKind()[name as keyof ReturnType<typeof editionsOfEachKind>];
    const pattern = editionLetter(SETTING, edition, variant, SLOT_MARKS);
    const escaped = Object.fromEntries(
      Object.entries(READER).map(([key, value]) => [key, escapeHtml(value)]),
    );
    assert.equal(filledIn(pattern.text, READER), letter.text);
    assert.equal(filledIn(pattern.html, escaped as SlotValues), letter.html);
    assert.deepEqual([pattern.subject, pattern.headers], [letter.subject, letter.headers]);
  });

  test(`the hash at the foot of the ${name} is that of the text between its lines, whoever reads it`, () => {
    const said = editionText(SAMPLE_HOUSE, ...editionsOfEachKind()[name as 'digest']);
    assert.equal(textBetweenRules(letter.text), said);
    assert.ok(letter.text.includes(textHash(said)) && letter.html.includes(textHash(said)));
    const other = editionLetter(SETTING, ...editionsOfEachKind()[name as 'digest'], {
      ...READER,
      phrase: '',
      address: 'x@y.z',
    });
    assert.equal(textBetweenRules(other.text), said);
    assert.doesNotMatch(other.text + other.html, /Your phrase/);
  });
}

test('an alert says what happened, whom it concerns, and what to do now', () => {
  const { letter: alert } = letters.find(({ name }) => name === 'alert') ?? assert.fail();
  const { letter: update } = letters.find(({ name }) => name === 'update') ?? assert.fail();
  assert.match(alert.subject, /^Watchpost alert: A lead/);
  assert.match(alert.text, /Affected: Office 365\.\n\nWhat to do now:\n1\. Keep a spare key\./);
  assert.match(update.subject, /^Update: A lead/);
  assert.match(update.text, /New since 24 November 2026 at 07:30 UTC: It works\s+again\./);
});

test('a story is told in two sentences, and where it leads stands in plain sight', () => {
  const { letter } = letters.find(({ name }) => name === 'digest') ?? assert.fail();
  assert.match(letter.text, /One\. Two\.\nhttps:\/\/watchpost\.test\/articles\/lead\//);
  assert.doesNotMatch(letter.text, /Three/);
  assert.match(letter.html, />watchpost\.test\/articles\/lead<\/a>/);
});

test('a right-to-left house writes from right to left', () => {
  const house = { ...SAMPLE_HOUSE, language: 'he' };
  const stories = [sampleStory('one')];
  const edition = sampleEdition({ contents: { stories, more: 0, house } });
  const { html } = editionLetter({ ...SETTING, house }, edition, sampleVariant(stories), READER);
  assert.match(html, /<html lang="he" dir="rtl">/);
});

test('Markdown is read as text: links written out, lists, quotations, tables and code', () => {
  const text = markdownAsText(
    'See [this](/articles/lead/) or https://watchpost.test/x/.\n\n- one\n- two\n\n  more of two\n\n> Said.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\na  b\n```\n\n:ioc[evil.example]',
    'https://watchpost.test/',
  );
  assert.equal(
    text,
    [
      'See this <https://watchpost.test/articles/lead/> or\nhttps://watchpost.test/x/.',
      '- one\n- two',
      '  more of two',
      '> Said.',
      'a | b\n1 | 2',
      '    a  b',
      'evil[.]example',
    ].join('\n\n'),
  );
});

test('what an edition says is said in the very same characters as when its letters went out', () => {
  const hashes = Object.entries(editionsOfEachKind()).map(([name, [edition, variant]]) => [
    name,
    textHash(editionText(SAMPLE_HOUSE, edition, variant)),
  ]);
  // They stand in letters that readers keep: another way of writing would make forgeries of those.
  assert.deepEqual(Object.fromEntries(hashes), {
    digest: '5e2a196ab053886ec08c1e9953cb6b00b866591e8b3879558a7d236a7b897beb',
    alert: '38bcd5eff0e553c0487de88d0cdaa9b18561c8fad373c2dc8ec07a62ec27cb5d',
    update: '0874df521a312896a152656452439e5dfc0f2e404ffd48621717bd04ba5a858a',
    letter: '8cb6fa5ae04dfa8db5409993bc817b5589e49e03fc073249f6f1e6ef638c0383',
  });
});
