import { expect } from '@playwright/test';
import { test } from './site.ts';

test.setTimeout(150_000); // the drill itself may take 60 s on a busy machine

test('a drill is played by a press, and how it went is kept and shown', async ({ desk, page, site }) => {
  await desk.goto('/desk/drill/');
  await expect(desk.getByText('No drill has been played yet.')).toBeVisible();
  await desk.getByRole('button', { name: 'Play the drill' }).click();
  const running = desk.getByRole('status').filter({ hasText: 'A drill is being played.' });
  await expect(running).toContainText('owner began it');
  await expect(desk.getByRole('button', { name: /Play/ })).toHaveCount(0);
  const other = await desk.request.post('/desk/drill/', {
    form: { action: 'play' },
    headers: { origin: site.url },
  });
  expect(other.status()).toBe(409);
  expect(await other.text()).toContain('A drill is being played already.');
  await page.goto('/'); // readers are served meanwhile
  await expect(page.getByRole('main')).toBeVisible();

  await expect(async () => {
    await desk.getByRole('link', { name: 'Look again' }).click({ timeout: 500 });
    await expect(running).toHaveCount(0, { timeout: 500 });
  }).toPass({ timeout: 90_000 });
  await expect(desk.getByText('In the last drill the house rule held.')).toBeVisible();
  const scene = desk.getByRole('region', { name: 'The disk is full' });
  await expect(scene).toContainText('The house rule held.');
  await expect(scene.getByRole('heading', { name: 'What readers see' })).toBeVisible();
  await expect(scene).toContainText('There is no room left on the disk of this site');
  await scene.getByText('The whole page').first().click();
  const frame = scene.locator('iframe').first().contentFrame();
  await expect(
    frame.getByRole('heading', { name: 'Your comment is not posted yet', includeHidden: true }),
  ).toBeVisible();
  await expect(frame.getByRole('textbox', { name: 'Comment', includeHidden: true }).first()).toHaveValue(
    /it must not be gone/,
  );
  expect(await frame.locator('body').evaluate((body) => getComputedStyle(body).marginTop)).toBe('0px'); // it has its looks

  await desk.goto('/desk/audit/');
  await expect(desk.getByRole('row', { name: 'played a drill' })).toContainText('owner');
});

test('whoever is not signed in sees nothing of a drill and plays none', async ({ page, request, site }) => {
  await page.goto('/desk/drill/');
  await expect(page).toHaveURL(/\/desk\/sign-in\//);
  const answer = await request.post('/desk/drill/', {
    form: { action: 'play' },
    headers: { origin: site.url },
  });
  expect(answer.status()).toBe(401);
});
