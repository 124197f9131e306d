import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { EVERY_PAGE, open } from './every-page.ts';
import { test } from './stage.ts';

/** The faults that axe finds: the rule, and where it is broken. */
async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** What reaches beyond the edge of the window, outermost first. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > clientWidth + 1,
    );
    return [`${scrollWidth} px wide`, ...wide.map((one) => `${one.localName}.${one.className}`)];
  });
}

for (const [part, kinds] of Object.entries(EVERY_PAGE)) {
  test(`${part}: everybody can use it, in light and dark, on wide screens and narrow ones`, async ({
    page,
    stage,
  }) => {
    test.setTimeout(60_000 + kinds.length * 5_000);
    for (const kind of kinds) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1280, height: 720 });
      await open(page, stage, kind);
      expect.soft(await faults(page), `${kind.name}, light and wide`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 320, height: 640 });
      expect.soft(await faults(page), `${kind.name}, dark and narrow`).toEqual([]);
      expect.soft(await overflowing(page), `${kind.name}, beyond 320 px`).toEqual([]);
    }
  });
}

test('the keys of the queue: everybody can use their list, in light and dark', async ({ page, stage }) => {
  await page.context().addCookies([{ ...stage.session, url: stage.site.url }]);
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 320],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 640 });
    await page.goto('/desk/comments/');
    await page.getByRole('button', { name: 'Keys of this page' }).click();
    await expect(page.getByRole('dialog', { name: 'Keys of this page' })).toBeVisible();
    expect.soft(await faults(page), colorScheme).toEqual([]);
    expect.soft(await overflowing(page), colorScheme).toEqual([]);
  }
});
