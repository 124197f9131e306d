import { siteFields } from '#core/articles/site.ts';
import type { Edition, EditionContents, EditionStory, Variant } from '#core/editions/edition.ts';
import { houseOf } from '#core/editions/house.ts';

export const SAMPLE_HOUSE = houseOf(
  siteFields.parse({
    title: 'Watchpost',
    topics: [{ id: 'phishing', name: 'Phishing' }],
    newsletter: { postalAddress: '1 Lantern Street, London' },
  }),
  new URL('https://watchpost.test'),
);

export function sampleStory(slug: string, fields: Partial<EditionStory> = {}): EditionStory {
  const published = '2026-11-23T08:00:00.000Z';
  return {
    slug,
    path: `/articles/${slug}/`,
    title: `Title of ${slug}`,
    dek: '',
    published,
    topics: [],
    ...fields,
  };
}

export function sampleEdition(fields: Partial<Edition> & { contents: EditionContents }): Edition {
  return {
    ...{
      id: '2026-11-24-weekly',
      number: 1,
      kind: 'digest',
      cadence: 'weekly',
      state: 'sending',
      reason: '',
    },
    ...{
      since: '2026-11-17T08:00:00.000Z',
      until: '2026-11-24T08:00:00.000Z',
      lastStory: 1,
      title: 'A title',
    },
    ...fields,
  };
}

export function sampleVariant(stories: readonly EditionStory[], fields: Partial<Variant> = {}): Variant {
  return {
    topics: '',
    since: 1,
    alerted: '',
    stories: stories.map(({ slug }) => slug),
    more: 0,
    readers: 1,
    ...fields,
  };
}

/** One of each kind, with everything in it that its kind can have. */
export function editionsOfEachKind(): Record<'digest' | 'alert' | 'update' | 'letter', [Edition, Variant]> {
  const house = SAMPLE_HOUSE;
  const lead = sampleStory('lead', {
    ...{
      title: `A lead with a word of ${'sixty'.repeat(12)} characters`,
      dek: 'One. Two. Three.',
      topics: ['phishing'],
    },
    ...{ status: 'ongoing', severity: 'critical', affected: ['Office 365'], actions: ['Keep a spare key.'] },
  });
  const stories = [lead, sampleStory('rtl', { title: 'הודעת פישינג חדשה', dek: 'הודעה שנראית כמו מהבנק.' })];
  const introduction = 'Good *morning*. [A guide](/articles/lead/)';
  const update = { at: '2026-11-24T07:30:00.000Z', text: 'It works again.' };
  const alone = sampleVariant([lead]);
  const alert = { kind: 'alert' as const, cadence: undefined };
  return {
    digest: [
      sampleEdition({ contents: { stories, more: 2, introduction, house } }),
      sampleVariant(stories, { more: 2 }),
    ],
    alert: [sampleEdition({ ...alert, contents: { stories, more: 0, house } }), alone],
    update: [sampleEdition({ ...alert, contents: { stories, more: 0, update, house } }), alone],
    letter: [
      sampleEdition({
        ...{ kind: 'letter', cadence: undefined },
        contents: { stories: [], more: 0, letter: { title: 'To you', markdown: EVERYTHING }, house },
      }),
      sampleVariant([]),
    ],
  };
}

const EVERYTHING = `Dear **readers**, a [link](/articles/lead/) and \`code\`.

## A heading

- one
- two

3. three
4. four

> A quotation.

> [!WARNING]
> Never press :ioc[https://evil.example/x].

![A lighthouse](/lighthouse.png)

| a | b |
|---|---|
| 1 | 2 |

\`\`\`
verbatim   text
\`\`\`
`;
