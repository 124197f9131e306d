import { writeFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { test } from './site.ts';
import { approve, comment, OUTAGE } from './steps.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';

/** Opens the table behind the first picture of a part of the page. */
async function tableOf(page: Page, part: string) {
  const section = page.getByRole('region', { name: part, exact: true });
  await section.getByText('The numbers, as a table').first().click();
  return section.getByRole('table').first();
}

test('figures say what is not there yet, then draw what is, with a table behind each picture', async ({
  desk,
  page,
  site,
}) => {
  await desk.getByRole('link', { name: 'Figures', exact: true }).click();
  for (const text of [
    'There will be a line here once the first subscriber has confirmed.',
    'There will be a bar here for each edition, once one has been sent in this time.',
    'There will be a bar here once somebody has commented.',
    'There will be a bar here once somebody has read an article.',
  ])
    await expect(desk.getByText(text)).toBeVisible();
  await expect(desk.getByRole('img')).toHaveCount(0);

  const list = `${site.dataDir}/list.csv`;
  writeFileSync(
    list,
    `email,status\n${Array.from({ length: 1204 }, (_, n) => `reader${n}@example.org,active`).join('\n')}\n`,
  );
  await site.command('import', 'subscribers', list, '--evidence', 'a test');
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'Locked out.' });
  await comment(page, { name: 'Spammer', email: 'spam@example.org', body: 'Buy this now.' });
  await desk.goto('/desk/comments/');
  await desk
    .getByRole('article')
    .filter({ hasText: 'Spammer' })
    .getByRole('button', { name: 'Spam', exact: true })
    .click();
  for (let n = 0; n < 3; n++) await fetch(site.url + OUTAGE.path, { headers: { 'user-agent': FIREFOX } });
  await site.stop(); // which saves what was counted
  await site.start();

  await desk.goto('/desk/figures/');
  const said = desk.getByRole('paragraph');
  await expect(
    said.filter({ hasText: /^1,204 readers, 1,204 more since .*: 1,204 came, 0 left\.$/ }),
  ).toBeVisible();
  await expect(said.filter({ hasText: '2 comments, 1 of them spam (50%).' })).toBeVisible();
  await expect(desk.getByRole('img', { name: 'Readers', exact: true })).toHaveAccessibleDescription(
    /^1,204 readers/,
  );
  const readers = await tableOf(desk, 'Readers');
  await expect(readers.getByRole('row').nth(1).getByRole('cell')).toHaveText(['1,204', '1,204', '0']);
  const comments = await tableOf(desk, 'Comments');
  await expect(comments.getByRole('row').nth(1).getByRole('cell')).toHaveText(['2', '1', '50%']);
  await desk.getByRole('link', { name: '4 weeks' }).click();
  await expect(desk).toHaveURL(/\/desk\/figures\/\?range=4-weeks$/);
  await expect(desk.getByRole('link', { name: '4 weeks' })).toHaveAttribute('aria-current', 'true');
  await expect(desk.getByText('Readers who are confirmed, at the end of each day')).toBeVisible();
  await desk
    .getByRole('region', { name: 'Views', exact: true })
    .getByRole('link', { name: OUTAGE.title })
    .click();
  await expect(desk).toHaveURL(new RegExp(`/desk${OUTAGE.path}\\?range=4-weeks$`));
  await expect(desk.getByRole('heading', { name: OUTAGE.title, level: 1 })).toBeVisible();
  const views = await tableOf(desk, 'Views');
  await expect(views.getByRole('row').nth(1).getByRole('cell')).toHaveText(/^[3-9]$/); // and the commenters’ own
});

test('articles stand where readers see them, will, or do not, and are found by words of their titles', async ({
  desk,
  page,
  site,
}) => {
  const write = (slug: string, more: string) =>
    writeFileSync(
      `${site.contentDir}/articles/${slug}.md`,
      `---\ntitle: A ${slug} of tomorrow\n${more}\n---\n\nWords.\n`,
    );
  write('draft', 'published: 2026-01-02\ndraft: true');
  write('plan', 'published: 2199-01-02T08:00:00Z');
  await expect(async () => {
    await desk.goto('/desk/articles/');
    await expect(desk.getByRole('link', { name: 'Drafts 1' })).toBeVisible({ timeout: 100 });
    await expect(desk.getByRole('link', { name: 'Scheduled 1' })).toBeVisible({ timeout: 100 });
  }).toPass();
  await desk.getByRole('link', { name: 'Scheduled 1' }).click();
  await expect(desk.getByRole('row', { name: 'A plan of tomorrow' })).toContainText('2 January 2199');
  await desk.getByRole('link', { name: 'Drafts 1' }).click();
  await desk.getByRole('link', { name: 'Preview of A draft of tomorrow' }).click();
  await expect(desk.getByRole('heading', { name: 'A draft of tomorrow', level: 1 })).toBeVisible();

  await desk.goto('/desk/articles/');
  await desk.getByLabel('Words of the title').fill('azure FAILURE');
  await desk.getByRole('button', { name: 'Find' }).click();
  await expect(desk.getByRole('row')).toHaveCount(2);
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'Locked out.' });
  await approve(desk, 'Ann');
  await desk.goto('/desk/articles/?q=azure+failure');
  await expect(desk.getByRole('cell').getByRole('link', { name: '1', exact: true })).toHaveAttribute(
    'href',
    new RegExp(`article=${OUTAGE.slug}`),
  );
  await desk.getByRole('link', { name: 'Comments', exact: true }).last().click();
  await expect(desk).toHaveURL(/q=azure\+failure&sort=comments/);
  await expect(desk.getByRole('row')).toHaveCount(2);
  await desk.getByRole('link', { name: OUTAGE.title }).click();
  await expect(desk.getByText('No edition has carried it yet')).toBeVisible();
  await desk.goto('/desk/articles/?q=nowhere');
  await expect(desk.getByText('No title here has all of these words.')).toBeVisible();
});
