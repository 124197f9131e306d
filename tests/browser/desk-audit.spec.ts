import path from 'node:path';
import { expect } from '@playwright/test';
import { sql } from 'kysely';
import { openSqlite } from '#core/platform/db.ts';
import { deskLink } from '../support/test-site.ts';
import { test } from './site.ts';
import { approve, comment } from './steps.ts';

test('what was done stands in the log and can be narrowed', async ({ desk, page, site }) => {
  await deskLink(site);
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'Thank you, that helped us.' });
  await approve(desk, 'Ann');
  await desk.getByRole('link', { name: 'Log', exact: true }).click();
  const row = desk.getByRole('row', { name: 'published a comment' });
  await expect(row).toContainText('owner');
  await expect(row).toContainText('held → published');
  await expect(desk.getByRole('row', { name: 'console made a link to the desk' })).toBeVisible();
  await expect(desk.getByRole('main')).not.toContainText('ann@example.org');

  await desk.getByLabel('Who', { exact: true }).selectOption('console');
  await desk.getByRole('button', { name: 'Show these' }).click();
  await expect(desk).toHaveURL(/who=console/);
  await expect(row).toHaveCount(0);
  await expect(desk.getByRole('row', { name: 'made a link' })).toBeVisible();
  await desk.getByRole('link', { name: 'Show all' }).click();
  await desk.getByLabel('What', { exact: true }).selectOption('comment');
  await desk.getByLabel('To what', { exact: true }).fill('comment:99');
  await desk.getByRole('button', { name: 'Show these' }).click();
  await expect(desk.getByText('Nothing was done that fits.')).toBeVisible();
});

test('a log that somebody has changed says so, also when all of it is checked', async ({ desk, site }) => {
  await desk.goto('/desk/audit/');
  await desk.getByRole('button', { name: 'Check all of it now' }).click();
  await expect(desk.getByText(/All were last checked .*the chain was whole/)).toBeVisible();
  const db = openSqlite(path.join(site.dataDir, 'watchpost.sqlite'));
  await sql`drop trigger audit_not_changed`.execute(db);
  await sql`update audit set who = 'nobody' where id = 1`.execute(db);
  await db.destroy();
  await desk.getByRole('button', { name: 'Check all of it now' }).click();
  const notice = desk.getByRole('alert').filter({ hasText: 'not as it was written' });
  await expect(notice).toContainText('Act 1:');
  await expect(desk.getByText(/All were last checked .*Act 1/)).toBeVisible();
});

test('whoever is not signed in neither reads the log nor has it checked', async ({ page, request, site }) => {
  await page.goto('/desk/audit/');
  await expect(page).toHaveURL(/\/desk\/sign-in\//);
  const answer = await request.post('/desk/audit/', { headers: { origin: site.url } });
  expect(answer.status()).toBe(401);
});
