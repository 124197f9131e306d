import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test as base } from '@playwright/test';
import { letterOf } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import { postForm, type TestSite, until } from '../support/test-site.ts';
import { usingSite } from './site.ts';
import { deskLink, linkTo } from './steps.ts';

/** A site on which everything that a page can show has happened. Tests look at it; none takes from it what another sees. */
export interface Stage {
  site: TestSite;
  /** Addresses that carry a secret, or a name that chance or the day gave. */
  receipt: string;
  confirm: string;
  preferences: string;
  unsubscribe: string;
  edition: string;
  keptLetter: string;
  deskLink: string;
  /** The cookie of a writer who is signed in. */
  session: { name: string; value: string };
}

/** The story on the stage that has everything a story can have, and comments. */
export const STAGED = '/articles/worm-in-the-mail-room/';

/** A test that looks at the stage; a worker sets it once. */
export const test = base.extend<object, { stage: Stage }>({
  stage: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are needed
    async ({}, use) => usingSite({}, async (site) => use(await setStage(site))),
    { scope: 'worker' },
  ],
  baseURL: ({ stage }, use) => use(stage.site.url),
});

/** Lets everything happen on a site that has just begun. */
export async function setStage(site: TestSite): Promise<Stage> {
  publishStory(site);
  const session = await signedIn(site);
  const receipt = await leaveComments(site, session);
  const reader = await subscribeReader(site);
  await postForm(`${site.url}/newsletter/`, { email: 'not-yet@example.org', cadence: 'weekly' });
  return {
    site,
    session,
    receipt,
    ...reader,
    confirm: linkTo('confirm', await keptLetter(site, 'not-yet@example.org')),
    deskLink: await deskLink(site),
  };
}

const STORY_BODY = `
It came as a *parcel note*, and [it has come before](/articles/qr-code-phishing/).

## What it does

> Nobody orders a macro.

1. It asks for \`wscript\`.
2. It mails itself on.

\`\`\`powershell
Get-ChildItem -Recurse -Filter *.wsf | Where-Object { $_.LastWriteTime -gt (Get-Date).AddDays(-1) } | Remove-Item
\`\`\`

| Version | Safe | Since |
| --- | --- | --- |
| 4.1 | no | |
| 4.2 | yes | 3 March 2026, for everybody who takes updates by themselves |
`;

/** A story that is going on; and a file with a fault, which the desk is to show. */
function publishStory({ contentDir }: TestSite): void {
  writeArticle(contentDir, 'worm-in-the-mail-room', {
    title: 'A worm in the mail room',
    dek: 'It opens by itself where macros are on.',
    published: '2026-03-03T08:00:00Z',
    author: 'desk',
    topics: ['phishing', 'updates'],
    severity: 'critical',
    status: 'ongoing',
    affected: ['Mail Room 4.0', 'Mail Room 4.1'],
    actions: ['Update to 4.2.', 'Switch macros off.'],
    updates: [
      { at: '2026-03-03T12:00:00Z', text: 'There is a patch.' },
      { at: '2026-03-03T08:00:00Z', text: 'First published.' },
    ],
    body: STORY_BODY,
  });
  writeFileSync(
    path.join(contentDir, 'articles', 'unfinished.md'),
    '---\ntitle: Unfinished\npublished: soon\n---\n',
  );
}

async function signedIn(site: TestSite): Promise<Stage['session']> {
  const { headers } = await postForm(await deskLink(site), {});
  const [name = '', value = ''] = headers.getSetCookie()[0]?.split(';', 1)[0]?.split('=') ?? [];
  return { name, value };
}

/** Two comments on the page, one more held, one taken for spam; the receipt of the held one. */
async function leaveComments(site: TestSite, session: Stage['session']): Promise<string> {
  const post = async (name: string, body: string, website = '') => {
    const fields = { name, body, website, email: `${name.toLowerCase()}@example.org` };
    const { headers } = await postForm(`${site.url}${STAGED}comments/`, fields);
    return headers.get('location') ?? '';
  };
  await post(
    'Ann',
    'It is *here*: `wscript.exe`\n\n> Nobody orders a macro.\n\nWe did, see https://example.org/',
    'https://example.org',
  );
  await post('Ben', 'Thank you.');
  await post('Cleo', 'Cheap macros!');
  const decide = (id: string, action: string) =>
    postForm(`${site.url}/desk/comments/`, { id, action }, { cookie: `${session.name}=${session.value}` });
  await decide('1', 'approve');
  await decide('2', 'approve');
  await decide('3', 'spam');
  return post('Dora', `Is ${'every'.repeat(20)} version affected?`);
}

/** Somebody confirms the weekly digest, and gets the first. */
async function subscribeReader(site: TestSite) {
  await postForm(`${site.url}/newsletter/`, { email: 'reader@example.org', cadence: 'weekly' });
  await postForm(linkTo('confirm', await keptLetter(site, 'reader@example.org')), {});
  await site.command('digest', 'send', '--cadence', 'weekly');
  const digest = await keptLetter(site, 'reader@example.org', 'weekly');
  const pathOf = (kind: string) => new URL(linkTo(kind, digest)).pathname;
  return {
    preferences: pathOf('preferences'),
    unsubscribe: pathOf('unsubscribe'),
    edition: pathOf('editions'),
    keptLetter: `/desk/mail/${digest.id}/`,
  };
}

/** The letter to somebody that has a word in its subject, as soon as it is kept. */
async function keptLetter({ dataDir }: TestSite, to: string, word = 'Confirm') {
  const dir = path.join(dataDir, 'outbox');
  const kept = () =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => ({ id: path.basename(name, '.eml'), ...letterOf(readFileSync(path.join(dir, name))) }))
      .find(({ headers }) => headers.to === to && headers.subject?.includes(word));
  await until(() => {
    try {
      return kept() !== undefined;
    } catch {
      return false; // the folder comes with the first letter
    }
  }, `a letter to ${to}`);
  return kept() as NonNullable<ReturnType<typeof kept>>;
}
