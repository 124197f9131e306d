import { feeds } from './feeds.ts';
import { inTheBrowser } from './in-the-browser.ts';
import { layoutShift } from './layout-shift.ts';
import { lighthouseScores } from './lighthouse.ts';
import { linesOf } from './outcome.ts';
import { type Part, withSetting } from './setting.ts';
import { validHtml } from './valid-html.ts';
import { weight } from './weight.ts';

const PARTS: Record<string, { part: Part; says: string }> = {
  weight: { part: weight, says: 'HTML and CSS of an article with 50 comments, on the wire' },
  steady: { part: layoutShift, says: 'nothing moves while a page loads slowly and is read to its end' },
  html: { part: validHtml, says: 'every page, style sheet and drawing by the Nu checker (needs Java)' },
  feeds: { part: feeds, says: 'every feed by the rules of the W3C’s validator, and that it is sent once' },
  browser: { part: inTheBrowser, says: 'every page with axe, at 320 px, without scripts and third parties' },
  lighthouse: { part: lighthouseScores, says: 'home, article and newsletter: 100 in all four categories' },
};
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));

/** `npm run check:site -- [part …]`: runs the parts named, or all, on a site of its own; prints a line for each check. */
if (unknown.length > 0) {
  const parts = Object.entries(PARTS).map(([name, { says }]) => `  ${name.padEnd(12)}${says}`);
  const help = `Usage: npm run check:site -- [part …]\n\nChecks the built site, on data of its own. Parts:\n${parts.join('\n')}`;
  const isHelp = asked.includes('--help');
  console.log(isHelp ? help : `There is no part ${unknown.join(', ')}.\n\n${help}`);
  process.exitCode = isHelp ? 0 : 2;
} else {
  const failed = await withSetting(async (setting) => {
    let failures = 0;
    // In their own order, however they were asked for: those that look at pages leave something on them.
    for (const name of Object.keys(PARTS).filter((one) => asked.length === 0 || asked.includes(one))) {
      console.log(`\n== ${name}`);
      for await (const outcome of (PARTS[name] as { part: Part }).part(setting)) {
        console.log(linesOf(outcome));
        if (outcome.state === 'failed') failures++;
      }
    }
    return failures;
  });
  console.log(failed === 0 ? '\nAll checks passed.' : `\n${failed} failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
}
