import { expect, type Page } from '@playwright/test';
import { writeArticle } from '../support/test-app.ts';
import { test } from './stage.ts';
import { OUTAGE } from './steps.ts';

/** Types words into the form of the search page, and sends it. */
async function searchFor(page: Page, words: string): Promise<void> {
  await page.goto('/search/');
  await page.getByRole('search').getByRole('searchbox', { name: 'Words' }).fill(words);
  await page.getByRole('search').getByRole('button', { name: 'Search' }).click();
}

const results = (page: Page) => page.getByRole('region', { name: / for / });

test('a reader finds a story by its words, with the words marked, and opens it', async ({ page }) => {
  await searchFor(page, 'azure "locks out"');
  await expect(page).toHaveTitle('“azure "locks out"” | Search | Watchpost');
  await expect(page.getByRole('heading', { name: '1 article for azure "locks out"' })).toBeVisible();
  await expect(page.getByRole('searchbox')).toHaveValue('azure "locks out"');
  const story = results(page).getByRole('article').first();
  await expect(story.locator('h3 mark')).toHaveText(['locks out', 'Azure']);
  await expect(story).toContainText('19 November 2018');
  await story.getByRole('link', { name: OUTAGE.title }).click();
  await expect(page).toHaveURL(OUTAGE.path);
});

test('a search that finds nothing says what was looked for and what may have been meant', async ({
  page,
}) => {
  await searchFor(page, 'phsihing');
  const nothing = page.getByRole('region', { name: 'Nothing found' });
  await expect(nothing).toContainText('No article has all of phsihing');
  await expect(page.getByRole('region', { name: 'Latest' }).getByRole('article')).toHaveCount(3);
  await nothing.getByRole('link', { name: 'phishing' }).click();
  await expect(results(page).getByRole('article').first()).toContainText('phishing');
});

test('an empty search offers the topics instead', async ({ page }) => {
  await page.goto('/search/');
  await page.getByRole('region', { name: 'Topics' }).getByRole('link', { name: 'Phishing' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Phishing');
});

test('many results come in pages that keep what was looked for', async ({ page, stage }) => {
  for (let n = 1; n <= 12; n++)
    writeArticle(stage.site.contentDir, `lamp-${n}`, { title: `Lamp ${n}`, published: '2019-01-01' });
  await expect(async () => {
    await searchFor(page, 'lamp');
    await expect(page.getByRole('heading', { name: '12 articles for lamp' })).toBeVisible({ timeout: 100 });
  }).toPass();
  await expect(results(page).getByRole('article')).toHaveCount(10);
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveTitle('“lamp”, page 2 | Search | Watchpost');
  await expect(results(page).getByRole('article')).toHaveCount(2);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page).toHaveURL('/search/?q=lamp');
  expect((await page.goto('/search/?q=lamp&page=3'))?.status()).toBe(404);
});

test('whatever is typed is looked for as it is, and stays in the field', async ({ page, stage }) => {
  const typed = `"><script>alert('1')</script> NEAR( -"x* \\ %00 ' or 1=1 -- \u202e漏洞 😀`;
  await searchFor(page, typed);
  await expect(page.getByRole('searchbox')).toHaveValue(typed);
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  for (const q of ['%00', '%ff%fe', '%22', 'a%00b', 'x'.repeat(9000), '%F0%9F%98%80', '*', '('.repeat(300)])
    expect((await fetch(`${stage.site.url}/search/?q=${q}`)).status, q.slice(0, 20)).toBe(200);
});

test('a search is not kept by search engines, and its page says where a browser can ask', async ({
  page,
  stage,
}) => {
  await page.goto('/search/?q=phishing');
  await expect(page.locator('meta[name="robots"]')).toHaveAttribute('content', 'noindex');
  const href = await page.locator('link[rel="search"]').getAttribute('href');
  const description = await fetch(new URL(href ?? '', stage.site.url));
  expect(description.headers.get('content-type')).toContain('application/opensearchdescription+xml');
  expect(await description.text()).toContain(`template="${stage.site.url}/search/?q={searchTerms}"`);
});
