import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test as base } from '@playwright/test';
import { type LetterAction, subjectOf } from '#core/comments/letters/decide-by-letter.ts';
import { openDatabase } from '#core/platform/db.ts';
import { insertToken } from '#core/platform/token-rows.ts';
import { randomToken } from '#core/platform/tokens.ts';
import { publishBeside } from '../support/published-comment.ts';
import { keepSampleDrill } from '../support/sample-drill.ts';
import { letterOf } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import { deskCookie, deskLink, linksIn, postForm, type TestSite, until } from '../support/test-site.ts';
import { usingSite } from './site.ts';
import { linkTo } from './steps.ts';

/** A site on which everything that a page can show has happened. Tests look at it; none takes from it what another sees. */
export interface Stage {
  site: TestSite;
  /** Addresses that carry a secret, or a name that chance or the day gave. */
  receipt: string;
  receipts: Record<'published' | 'spam' | 'withdrawn' | 'erased', string>;
  /** Links of letters to the moderator, by what has come of them. */
  decide: Record<'waiting' | 'answering' | 'done' | 'over', string>;
  notices: Record<'confirm' | 'confirmed' | 'stop' | 'stopped' | 'mine', string>;
  /** The link by which a subscriber comments. */
  readerComments: string;
  confirm: string;
  /** “This was not me”, before the press and after it. */
  notMe: Record<'waiting' | 'done', string>;
  preferences: string;
  unsubscribe: string;
  edition: string;
  keptLetter: string;
  /** The page of a subscriber at the desk. */
  subscriber: string;
  deskLink: string;
  /** A link by which somebody may come to the desk. */
  invitation: string;
  /** The cookie of a writer who is signed in. */
  session: { name: string; value: string };
}

/** The story on the stage that has everything a story can have, and comments. */
export const STAGED = '/articles/worm-in-the-mail-room/';

/** A story with more comments than one page takes, and one that takes none any more. */
export const MUCH_SAID = '/articles/sim-swapping/';
export const CLOSED = '/articles/nothing-more-to-say/';

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
  const comments = await leaveComments(site, session);
  const notices = await askForReplies(site, session);
  const reader = await subscribeReader(site);
  const subscriber = await subscriberPage(site);
  await keepSampleDrill(site);
  for (const email of ['not-yet@example.org', 'never@example.org'])
    await postForm(`${site.url}/newsletter/`, { email, cadence: 'weekly' });
  const asked = await keptLetter(site, 'not-yet@example.org');
  const done = linkTo('not-me', await keptLetter(site, 'never@example.org'));
  await postForm(done, {});
  return {
    site,
    session,
    ...comments,
    notices,
    ...reader,
    subscriber,
    confirm: linkTo('confirm', asked),
    notMe: { waiting: linkTo('not-me', asked), done },
    deskLink: await deskLink(site),
    invitation: await inviteSomebody(site, session),
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
  writeArticle(contentDir, 'nothing-more-to-say', {
    title: 'Nothing more to say',
    published: '2020-01-02T08:00:00Z',
    comments: 'closed',
  });
  writeFileSync(
    path.join(contentDir, 'articles', 'unfinished.md'),
    '---\ntitle: Unfinished\npublished: soon\n---\n',
  );
}

async function signedIn(site: TestSite): Promise<Stage['session']> {
  const [name = '', value = ''] = (await deskCookie(await deskLink(site))).split('=');
  return { name, value };
}

async function inviteSomebody(site: TestSite, { name, value }: Stage['session']): Promise<string> {
  const fields = { action: 'invite', name: 'Ann with a name that goes on', role: 'editor' };
  const answer = await postForm(`${site.url}/desk/people/`, fields, { cookie: `${name}=${value}` });
  return linksIn(await answer.text()).find((link) => link.includes('/desk/join/')) ?? '';
}

/** Posts a comment; the address of its receipt. */
async function post(
  site: TestSite,
  name: string,
  body: string,
  { at = STAGED, ...more }: Record<string, string> = {},
): Promise<string> {
  const fields = { name, body, website: '', email: `${name.toLowerCase()}@example.org`, ...more };
  const { status, headers } = await postForm(`${site.url}${at}comments/`, fields);
  if (status !== 303) throw new Error(`the comment by ${name} was answered by ${status}`);
  return headers.get('location') ?? '';
}

function decide(site: TestSite, session: Stage['session'], id: string, action: string): Promise<Response> {
  const cookie = `${session.name}=${session.value}`;
  return postForm(`${site.url}/desk/comments/`, { id, action, reply: 'So it is.' }, { cookie });
}

/** Comments in every state, one of them answered, some alike; what letters and receipts lead to. */
async function leaveComments(site: TestSite, session: Stage['session']) {
  const published = await post(
    site,
    'Ann',
    'It is *here*: `wscript.exe`\n\n> Nobody orders a macro.\n\nWe did, see https://example.org/',
    { website: 'https://example.org' },
  );
  await post(site, 'Ben', 'Thank you.');
  const spam = await post(site, 'Cleo', 'Cheap macros!');
  await decide(site, session, '1', 'answer');
  await decide(site, session, '2', 'approve');
  await decide(site, session, '1', 'pin');
  await decide(site, session, '3', 'spam');
  const receipt = await post(site, 'Dora', `Is ${'every'.repeat(20)} version affected?`);
  for (const [name, words] of [
    ['Rex', 'Have a look at https://pills.example/a, it helped me a lot.'],
    ['Sue', 'As for cheap things, my brother goes to https://pills.example/b each week.'],
  ] as const)
    await post(site, name, words);
  const withdrawn = await post(site, 'Finn', 'I take this back.');
  await postForm(site.url + withdrawn, { action: 'withdraw' });
  const erased = await post(site, 'Gus', 'I was never here.');
  await postForm(site.url + erased, { action: 'erase' });
  const many = Array.from({ length: 103 }, (_, i) => ({ name: `Reader ${i}`, body: `Thought number ${i}.` }));
  await publishBeside(site, MUCH_SAID.split('/')[2] ?? '', many);
  await publishBeside(site, CLOSED.split('/')[2] ?? '', [{ name: 'Hal', body: 'The last word.' }]);
  return {
    receipt,
    receipts: { published, spam, withdrawn, erased },
    decide: await decisionLinks(site),
  };
}

/** As the letters to the moderator carry them: two that wait, one that was pressed, and one that came too late. */
async function decisionLinks(site: TestSite): Promise<Stage['decide']> {
  const { db } = openDatabase(site);
  try {
    const link = async (name: string, action: LetterAction) => {
      const comment = await db
        .selectFrom('comment')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      const token = randomToken();
      const now = new Date().toISOString();
      await insertToken(db, { purpose: 'decide', token, subject: subjectOf(comment, action), now });
      return `/comments/decide/${token}/`;
    };
    const [waiting, answering] = [await link('Dora', 'approve'), await link('Dora', 'reply')];
    await post(site, 'Ida', 'Decide about me.');
    const [done, over] = [await link('Ida', 'trash'), await link('Ida', 'approve')];
    await postForm(site.url + done, { action: 'decide' });
    // The filter's own word, as there is none here.
    await db
      .updateTable('comment')
      .set({ verdict: 'discard', reason: 'filter-spam' })
      .where('name', '=', 'Cleo')
      .execute();
    return { waiting, answering, done, over };
  } finally {
    await db.destroy();
  }
}

/** Two want to hear of replies: one has not answered yet, one has confirmed and then stopped. */
async function askForReplies(site: TestSite, session: Stage['session']): Promise<Stage['notices']> {
  const links = async (name: string) => {
    await post(site, name, `Who else saw it? ${name} did.`, { notify: 'on' });
    const { db } = openDatabase(site);
    const { id } = await db
      .selectFrom('comment')
      .select('id')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    await db.destroy();
    await decide(site, session, String(id), 'approve');
    const { text } = await keptLetter(site, `${name.toLowerCase()}@example.org`, 'Do you want to hear');
    const pathOf = (kind: string) =>
      new URL(linksIn(text).find((one) => one.includes(`/notices/${kind}/`)) ?? '').pathname;
    return { confirm: pathOf('confirm'), stop: pathOf('stop') };
  };
  const asked = await links('Jan');
  const answered = await links('Kim');
  await postForm(site.url + answered.confirm, {});
  await postForm(site.url + answered.stop, {});
  const mine = answered.stop.replace('/notices/stop/', '/mine/'); // the same authority
  return { ...asked, confirmed: answered.confirm, stopped: answered.stop, mine };
}

/** Somebody confirms the weekly digest, and gets the first. */
async function subscribeReader(site: TestSite) {
  await postForm(`${site.url}/newsletter/`, { email: 'reader@example.org', cadence: 'weekly' });
  await postForm(linkTo('confirm', await keptLetter(site, 'reader@example.org')), {});
  await site.command('digest', 'send', '--cadence', 'weekly');
  const digest = await keptLetter(site, 'reader@example.org', 'weekly');
  const pathOf = (kind: string) => new URL(linkTo(kind, digest)).pathname;
  return {
    readerComments: pathOf('comment'),
    preferences: pathOf('preferences'),
    unsubscribe: pathOf('unsubscribe'),
    edition: pathOf('editions'),
    keptLetter: `/desk/mail/${digest.id}/`,
  };
}

/** Where the desk shows that reader. */
async function subscriberPage(site: TestSite): Promise<string> {
  const { db } = openDatabase(site);
  const { id } = await db
    .selectFrom('subscriber')
    .select('id')
    .where('email', '=', 'reader@example.org')
    .executeTakeFirstOrThrow();
  await db.destroy();
  return `/desk/subscribers/${id}/`;
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
