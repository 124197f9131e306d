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

for (const kind of EVERY_PAGE) {
  test(`${kind.name} can be used by everybody, in light and dark, on wide screens and narrow ones`, async ({
    page,
    stage,
  }) => {
    await open(page, stage, kind);
    expect.soft(await faults(page), 'light, wide').toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 320, height: 640 });
    expect.soft(await faults(page), 'dark, narrow').toEqual([]);
    expect.soft(await overflowing(page), 'beyond 320 px').toEqual([]);
  });
}
