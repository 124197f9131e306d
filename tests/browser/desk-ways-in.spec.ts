import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { openDatabase } from '#core/platform/db.ts';
import { testConfig } from '../support/test-app.ts';
import { deskLink, postForm, type TestSite } from '../support/test-site.ts';
import { test } from './site.ts';
import { signIn } from './steps.ts';
import { type Device, withDevice } from './virtual-authenticator.ts';

const ACCOUNT = '/desk/account/';
const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const passkey = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' });
const notice = (page: Page) => page.getByRole('status').filter({ hasText: /\S/ }).first();

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto(ACCOUNT);
  await page.getByRole('textbox', { name: 'Name of the new one' }).fill(name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByRole('article', { name: `Passkey ${name}` })).toBeVisible();
}

/** Makes recovery codes, and reads them off the page. */
async function makeCodes(page: Page): Promise<string[]> {
  await page.goto(ACCOUNT);
  await page.getByRole('button', { name: /^Make 10/ }).click();
  await expect(notice(page)).toContainText('These are your recovery codes.');
  const codes = await page.locator('.notice code').allTextContents();
  expect(codes).toHaveLength(10);
  return codes;
}

async function useCode(page: Page, code: string, button: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Recovery code' }).fill(code);
  await page.getByRole('button', { name: button }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/desk/sign-in/');
}

/** As if the last ten minutes had been eleven. */
async function letTimePass(site: TestSite): Promise<void> {
  const { db } = openDatabase(testConfig({ DATA_DIR: site.dataDir, SITE_URL: site.url }));
  const before = new Date(Date.now() - 11 * 60_000).toISOString();
  await db.updateTable('session').set({ stepped_up_at: before }).execute();
  await db.destroy();
}

test.describe('with a device', () => {
  test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'a browser asks for passkeys by script');

  let device: Device;
  test.beforeEach(async ({ page }) => {
    device = await withDevice(page);
  });

  test('set-up is done once there are a passkey, codes, and one code was tried', async ({ page, site }) => {
    await signIn(page, site);
    const strip = page.getByRole('complementary', { name: 'Set-up' });
    await expect(strip).toContainText('Next: add a passkey');
    await strip.getByRole('link').click();
    await expect(page.getByText('Set-up, 0 of 3 done')).toBeVisible();
    await addPasskey(page, 'Laptop');
    await expect(page.getByText('Set-up, 1 of 3 done')).toBeVisible();
    const [code = ''] = await makeCodes(page);
    await expect(page.getByText('Set-up, 2 of 3 done')).toBeVisible();
    await expect(page.getByText('No recovery code was ever tried.')).toBeVisible();
    await page.goto('/desk/');
    await expect(strip).toContainText('Next: try one recovery code');
    await page.goto(ACCOUNT);
    await useCode(page, code, 'Try it');
    await expect(notice(page)).toContainText('It is used up by that: 9 codes left.');
    await expect(page.getByText('The last drill was today.')).toBeVisible();
    await expect(page.getByText(/^Set-up/)).toHaveCount(0);
    await page.goto('/desk/');
    await expect(heading(page)).toHaveText('Desk');
    await expect(strip).toHaveCount(0);
  });

  test('a passkey signs in, asks no name, and leads to the page that was asked for', async ({
    page,
    site,
  }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    await signOut(page);
    await page.goto('/desk/comments/?state=spam');
    await expect(page).toHaveURL(/\/desk\/sign-in\/\?to=/);
    await passkey(page).click();
    await expect(page).toHaveURL('/desk/comments/?state=spam');
  });

  test('a device that does not recognise its owner signs nobody in, and says so', async ({ page, site }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    await signOut(page);
    await device.recognises(false);
    await passkey(page).click();
    await expect(page.getByRole('status')).toContainText('Nothing was chosen, or it took too long.');
    await device.recognises(true);
    await passkey(page).click();
    await expect(heading(page)).toHaveText('Desk');
  });

  test('a second passkey, on another device, signs in as well; one that is removed does not', async ({
    page,
    browser,
    site,
  }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.getByRole('status')).toContainText('This device has a passkey for this desk already.');
    await device.lose();
    device = await withDevice(page);
    await addPasskey(page, 'Key ring');
    const phone = page.getByRole('article', { name: 'Passkey Key ring' });
    await phone.getByText('Rename or remove').click();
    await phone.getByRole('textbox', { name: 'Name' }).fill('Phone');
    await phone.getByRole('button', { name: 'Rename' }).click();
    await expect(page.getByRole('article', { name: 'Passkey Phone' })).toBeVisible();
    await signOut(page);
    await passkey(page).click();
    await expect(heading(page)).toHaveText('Desk');

    const other = await browser.newPage({ baseURL: site.url });
    await signIn(other, site);
    await other.goto(ACCOUNT);
    const article = other.getByRole('article', { name: 'Passkey Phone' });
    await article.getByText('Rename or remove').click();
    await article.getByRole('button', { name: 'Remove' }).click();
    await expect(notice(other)).toContainText('“Phone” does not open the desk any more.');
    await page.goto('/desk/sign-in/');
    await passkey(page).click();
    await expect(page.getByRole('status')).toContainText('This passkey is not known here.');
    await other.close();
  });

  test('whoever has lost every device comes in by a recovery code, and every other session ends', async ({
    page,
    browser,
    site,
  }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    const [code = ''] = await makeCodes(page);
    const other = await browser.newPage({ baseURL: site.url });
    await other.goto('/desk/sign-in/');
    await useCode(other, 'AAAAA-AAAAA-AAAAA-AAAAA', 'Sign in with the code');
    await expect(other.getByRole('textbox', { name: 'Recovery code' })).toHaveAccessibleDescription(
      /no recovery code of this desk/,
    );
    await useCode(other, code, 'Sign in with the code');
    await expect(notice(other)).toContainText('9 codes left. Every other session of yours has ended.');
    await page.goto('/desk/');
    await expect(page).toHaveURL('/desk/sign-in/');
    await other.close();
  });

  test('a lost device is shut out and another takes its place', async ({ page, site }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    const [code = ''] = await makeCodes(page);
    await signOut(page);
    await device.lose();
    device = await withDevice(page);
    await passkey(page).click();
    await expect(page.getByRole('status')).toContainText(/Nothing was chosen|not known here/);
    await useCode(page, code, 'Sign in with the code');
    await expect(notice(page)).toContainText('Remove the passkey of a device that is lost.');
    await addPasskey(page, 'New laptop');
    const lost = page.getByRole('article', { name: 'Passkey Laptop' });
    await lost.getByText('Rename or remove').click();
    await lost.getByRole('button', { name: 'Remove' }).click();
    await expect(lost).toHaveCount(0);
    await signOut(page);
    await passkey(page).click();
    await expect(heading(page)).toHaveText('Desk');
    expect(await device.count()).toBe(1);
  });

  test('a sign-in leaves nothing of the session that the browser had before, and a sign-out none of the pages', async ({
    page,
    site,
  }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    const old = await page.context().cookies();
    await page.goto('/desk/sign-in/');
    await passkey(page).click();
    await expect(heading(page)).toHaveText('Desk');
    await page.goto('/desk/audit/');
    await expect(page.getByRole('row').filter({ hasText: 'for another sign-in' })).toHaveCount(1);
    await signOut(page);
    await page.goBack();
    await expect(page).toHaveURL(/\/desk\/sign-in\//);
    const planted = old.map((cookie) => ({ ...cookie, value: 'planted-by-somebody-else' }));
    for (const cookies of [old, planted]) {
      await page.context().clearCookies();
      await page.context().addCookies(cookies);
      await page.goto('/desk/');
      await expect(page).toHaveURL(/\/desk\/sign-in\//);
    }
    await passkey(page).click();
    await expect(heading(page)).toHaveText('Desk');
    for (const { value } of await page.context().cookies()) expect(value).not.toBe(planted[0]?.value);
  });

  test('a session elsewhere is listed with its device, and ended from here', async ({ page, site }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    const elsewhere = await page.context().cookies();
    await page.context().clearCookies();
    await page.goto('/desk/sign-in/');
    await passkey(page).click();
    await expect(heading(page)).toHaveText('Desk');
    await page.goto(ACCOUNT);
    const row = page.getByRole('row').filter({ hasText: 'by link from the console' });
    await expect(row).toContainText('Chrome on Linux');
    await row.getByRole('button', { name: 'End' }).click();
    await expect(notice(page)).toContainText('That session has ended.');
    await expect(row).toHaveCount(0);
    await page.goto('/desk/');
    await expect(heading(page)).toHaveText('Desk');
    await page.context().clearCookies();
    await page.context().addCookies(elsewhere);
    await page.goto('/desk/');
    await expect(page).toHaveURL('/desk/sign-in/');
  });

  test('sending to many asks for the passkey again once ten minutes are over, and comes back', async ({
    page,
    site,
  }) => {
    await signIn(page, site);
    await addPasskey(page, 'Laptop');
    await letTimePass(site);
    const before = await page.context().cookies();
    await page.goto('/desk/people/');
    await page.getByRole('textbox', { name: 'Name' }).fill('Ann');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await expect(heading(page)).toHaveText('Show that it is you');
    await page.getByRole('button', { name: 'Show my passkey' }).click();
    await expect(page).toHaveURL(/\/desk\/people\/\?pressed=/);
    await expect(notice(page)).toContainText('Nothing was done and nothing was sent yet: press again.');
    await expect(page.getByText('Invitations that nobody has used yet')).toHaveCount(0);
    expect(await page.context().cookies()).not.toEqual(before);
    await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Ann');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await expect(notice(page)).toContainText('This link lets Ann in, once.');
  });
});

test('a person takes another name, and sees what tries to get in were refused', async ({ desk, site }) => {
  await desk.goto(ACCOUNT);
  await expect(desk.getByText('No try to get into this desk was refused')).toBeVisible();
  for (let n = 0; n < 2; n++) await postForm(`${site.url}/desk/sign-in/`, { code: 'AAAAA-AAAAA' });
  const own = desk.getByRole('textbox', { name: 'Name', exact: true });
  await own.fill('console');
  await desk.getByRole('button', { name: 'Take this name' }).click();
  await expect(own).toHaveAccessibleDescription(/under that name: take another/);
  await expect(own).toHaveValue('console');
  await own.fill('Kay Ndiaye');
  await desk.getByRole('button', { name: 'Take this name' }).click();
  await expect(notice(desk)).toContainText('You are Kay Ndiaye at the desk.');
  await expect(desk.getByRole('banner').getByRole('link', { name: 'Kay Ndiaye' })).toBeVisible();
  await expect(desk.getByText(/^2 tries to get into this desk were refused/)).toBeVisible();
  await desk.goto('/desk/audit/');
  const row = desk.getByRole('row').filter({ hasText: 'took another name' });
  await expect(row).toContainText('owner');
  await expect(row).toContainText('Kay Ndiaye');
});

test('a browser without passkeys says what to do instead', async ({ page, javaScriptEnabled }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'));
  await page.goto('/desk/sign-in/');
  await expect(passkey(page)).toBeDisabled();
  const why = javaScriptEnabled ? 'This browser has no passkeys for this site.' : 'Passkeys need JavaScript.';
  await expect(page.getByText(why)).toContainText('Use a recovery code below');
});

test('recovery codes can be kept as a file by the page that shows them, and by nobody else', async ({
  desk,
  site,
}) => {
  const codes = await makeCodes(desk);
  const coming = desk.waitForEvent('download');
  await desk.getByRole('button', { name: 'Keep them as a file' }).click();
  const file = readFileSync(await (await coming).path(), 'utf8');
  for (const code of codes) expect(file).toContain(code);
  await desk.reload();
  for (const code of codes) await expect(desk.getByText(code)).toHaveCount(0);
  const address = `${site.url}/desk/account/recovery-codes.txt`;
  expect((await postForm(address, { code: codes })).status).toBe(401);
  const foreign = await desk.request.post(address, { form: { code: 'my own words' } });
  expect(foreign.status()).toBe(409);
});

test('without a passkey, a step-up is by a recovery code, or by the console', async ({ desk, site }) => {
  const [code = ''] = await makeCodes(desk);
  for (const way of ['code', 'console']) {
    await letTimePass(site);
    await desk.goto('/desk/people/');
    await desk.getByRole('textbox', { name: 'Name' }).fill(`By ${way}`);
    await desk.getByRole('button', { name: 'Make the link' }).click();
    await expect(heading(desk)).toHaveText('Show that it is you');
    if (way === 'console') {
      await signIn(desk, site);
      await desk.goto('/desk/people/');
      await desk.getByRole('textbox', { name: 'Name' }).fill(`By ${way}`);
    } else {
      await useCode(desk, code, 'Use the code');
      await expect(notice(desk)).toContainText('Nothing was done and nothing was sent yet: press again.');
      await expect(desk.getByRole('textbox', { name: 'Name' })).toHaveValue(`By ${way}`);
    }
    await desk.getByRole('button', { name: 'Make the link' }).click();
    await expect(notice(desk)).toContainText(`This link lets By ${way} in, once.`);
  }
});

test('a recovery ends the sessions of whoever recovers, and nobody else’s', async ({
  desk,
  browser,
  site,
}) => {
  const link = await invite(desk, 'Ann', 'Editor');
  const first = await browser.newPage({ baseURL: site.url });
  await first.goto(link);
  await first.getByRole('button', { name: 'Come in' }).click();
  const [code = ''] = await makeCodes(first);
  const second = await browser.newPage({ baseURL: site.url });
  await second.goto('/desk/sign-in/');
  await useCode(second, code, 'Sign in with the code');
  await expect(second.getByRole('row').filter({ hasText: 'by recovery code' })).toContainText('This one');
  await first.goto(ACCOUNT);
  await expect(first).toHaveURL(/\/desk\/sign-in\//);
  await desk.goto('/desk/');
  await expect(heading(desk)).toHaveText('Desk');
  for (const one of [first, second]) await one.close();
});

test('an invited editor has the pages of an editor, until they are removed', async ({
  desk,
  browser,
  site,
}) => {
  const link = await invite(desk, 'Ann', 'Editor');
  const ann = await browser.newPage({ baseURL: site.url });
  await ann.goto(link);
  await ann.reload(); // looking uses nothing up
  await ann.getByRole('button', { name: 'Come in' }).click();
  await expect(heading(ann)).toHaveText('Your account');
  const nav = ann.getByRole('navigation', { name: 'Desk' });
  await expect(nav.getByRole('link', { name: 'Editions' })).toBeVisible();
  await expect(nav.getByRole('link', { name: 'People' })).toHaveCount(0);
  expect((await ann.goto('/desk/people/'))?.status()).toBe(403);
  await expect(heading(ann)).toHaveText('This is not for you to do');

  await desk.goto('/desk/people/');
  const row = desk.getByRole('row').filter({ has: desk.getByRole('rowheader', { name: 'Ann' }) });
  await row.getByRole('combobox').selectOption('moderator');
  await row.getByRole('button', { name: 'Change' }).click();
  await expect(notice(desk)).toContainText('Ann is moderator now.');
  await ann.goto('/desk/');
  await expect(ann).toHaveURL('/desk/comments/');
  const me = desk.getByRole('row').filter({ hasText: '(you)' });
  await me.getByRole('checkbox').check();
  await me.getByRole('button', { name: 'Remove' }).click();
  await expect(notice(desk)).toContainText('This is the only owner');
  await row.getByRole('checkbox').check();
  await row.getByRole('button', { name: 'Remove' }).click();
  await expect(notice(desk)).toContainText('Ann is not at the desk any more.');
  await ann.goto('/desk/comments/');
  await expect(ann).toHaveURL(/\/desk\/sign-in\//);
  expect((await ann.goto(link))?.status()).toBe(410);
  await ann.close();
});

test('a console link always lets the owner in, and ends what sessions there were', async ({
  desk,
  browser,
  site,
}) => {
  const tries = Array.from({ length: 80 }, () => postForm(`${site.url}/desk/sign-in/`, { code: 'AAAA' }));
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses).toContain(422);
  expect(statuses).toContain(429);
  const other = await browser.newPage({ baseURL: site.url });
  await other.goto(await deskLink(site));
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(heading(other)).toHaveText('Desk');
  await desk.goto('/desk/');
  await expect(desk).toHaveURL('/desk/sign-in/');
  await other.close();
});

test('the way back is always a page of the desk', async ({ page }) => {
  for (const to of [
    'https://evil.example/desk/',
    '//evil.example/',
    '/articles/',
    '/desk/../about/',
    '\\evil',
  ]) {
    await page.goto(`/desk/sign-in/?to=${encodeURIComponent(to)}`);
    await expect(page.locator('input[name=to]').first()).toHaveValue('/desk/');
  }
  await page.goto('/desk/sign-in/?to=%2Fdesk%2F%2Fmail');
  await expect(page.locator('input[name=to]').first()).toHaveValue('/desk/mail/');
});

/** A link that invites somebody, made at the desk. */
async function invite(desk: Page, name: string, role: string): Promise<string> {
  await desk.goto('/desk/people/');
  await desk.getByRole('textbox', { name: 'Name' }).fill(name);
  await desk.getByRole('radio', { name: new RegExp(`^${role}`) }).check();
  await desk.getByRole('button', { name: 'Make the link' }).click();
  await expect(notice(desk)).toContainText('This link lets');
  return (await desk.locator('.notice code').textContent()) ?? '';
}
