import { expect, type Page } from '@playwright/test';
import { EVERY_PAGE, open } from './every-page.ts';
import { type Stage, test } from './stage.ts';

/**
 * Script, style sheets in the page, style and event attributes: what the content security policy would block.
 * A block of data for search engines is no script.
 */
const INLINE =
  /<(?:script(?! type="application\/ld\+json">)|style)\b[^>]*>|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=[^>]*>/gi;

/** A script of our own, by file. */
const OWN_SCRIPT = /<script type="module" src="\/_astro\/[\w.-]+\.js"><\/script>/g;

/** What a page asks of other origins, and what the browser complains about (its policy's violations among it). */
function complaintsOf(page: Page, { site }: Stage): string[] {
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${site.url}/`)) complaints.push(`asked ${request.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isOwnStatus =
      message.text().startsWith('Failed to load resource') && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !isOwnStatus) complaints.push(message.text());
  });
  return complaints;
}

for (const [part, kinds] of Object.entries(EVERY_PAGE)) {
  test(`${part}: no page needs a script, another site or an exception from the policy`, async ({
    page,
    stage,
  }) => {
    const complaints = complaintsOf(page, stage);
    for (const kind of kinds) {
      const response = await open(page, stage, kind);
      await page.waitForLoadState();
      expect.soft(response.headers()['content-security-policy'], kind.name).toContain("default-src 'none'");
      const text = await response.text();
      expect
        .soft((kind.hasScript ? text.replaceAll(OWN_SCRIPT, '') : text).match(INLINE), kind.name)
        .toBeNull();
      expect.soft(complaints.splice(0), kind.name).toEqual([]);
    }
  });
}
