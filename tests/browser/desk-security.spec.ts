import { expect } from '@playwright/test';
import { test } from './site.ts';

const DOOR = 'https://pictures.example.net/pixel.png?reader=7';

test('what the policy blocks in a real browser stands at the desk, without who met it', async ({
  desk,
  page,
}) => {
  await page.goto('/about/');
  // As a stranger's words might, that had got onto the page unescaped.
  const reported = page.waitForRequest((request) => request.url().endsWith('/csp-reports/'));
  await page.evaluate((src) => {
    document.body.insertAdjacentHTML('beforeend', `<img src="${src}" alt=""><p style="color: red">Red</p>`);
  }, DOOR);
  await reported;
  const row = desk.getByRole('row', { name: 'https://pictures.example.net' });
  await expect(async () => {
    await desk.goto('/desk/security/');
    await expect(row).toHaveCount(1, { timeout: 500 });
  }).toPass(); // it is written within ten seconds
  await expect(row).toContainText('/about/');
  await expect(row).toContainText('img-src');
  await expect(desk.getByRole('row', { name: 'inline' })).toContainText('style-src-attr');
  await expect(desk.getByRole('main')).not.toContainText('pixel.png');
  await expect(desk.getByRole('main')).not.toContainText('reader=7');

  await desk.getByRole('checkbox', { name: 'All of them' }).check();
  await desk.getByRole('button', { name: 'Clear the reports' }).click();
  await expect(desk.getByText('No browser has reported anything')).toBeVisible();
});

test('a site that was killed says so at the desk until its owner has read it', async ({ desk, site }) => {
  await desk.goto('/desk/security/');
  await expect(desk.getByText('had ended as it should')).toBeVisible();
  await site.stop('SIGKILL');
  await site.start();
  await desk.reload();
  const row = desk.getByRole('row', { name: 'Without a word' });
  await row.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(desk.getByText('Acknowledged.')).toBeVisible();
  await expect(row.getByRole('button')).toHaveCount(0);
});

test('the security page is found from every page, and says where to report', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Security' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Security' })).toBeVisible();
  const contact = page.getByRole('link', { name: '/about/' });
  await expect(contact).toBeVisible();
});
