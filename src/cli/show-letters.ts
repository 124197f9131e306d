import type { App } from '#core/app.ts';
import type { Edition, Variant } from '#core/editions/edition.ts';
import { preflight } from '#core/editions/preflight.ts';
import { variantPreviews } from '#core/editions/previews.ts';
import { noteTests, sendTest, type TestSent } from '#core/editions/send-test.ts';

interface Showing {
  html?: boolean;
  /** An address to which each letter is sent as a test. */
  testTo?: string | undefined;
}

/**
 * Prints what an edition says to each group of readers, and beside it (on standard error) what would keep it from going
 * out; no reader gets anything.
 */
export async function showLetters(
  app: App,
  edition: Edition,
  variants: readonly Variant[],
  { html = false, testTo }: Showing = {},
): Promise<void> {
  for (const letter of variantPreviews(app, edition, variants)) {
    const { topics, readers } = letter;
    const who = `To ${readers} ${readers === 1 ? 'reader' : 'readers'}${topics ? ` of ${topics}` : ''}`;
    console.log(html ? letter.html : `${who}\nSubject: ${letter.subject}\n\n${letter.text}\n`);
  }
  for (const { level, message } of preflight(app, edition, variants))
    console.error(level === 'stop' ? `It would not go out: ${message}` : `Note: ${message}`);
  if (testTo !== undefined) await sendTests(app, edition, variants, testTo);
}

async function sendTests(
  app: App,
  edition: Edition,
  variants: readonly Variant[],
  to: string,
): Promise<void> {
  const sent: TestSent[] = [];
  for (const variant of variants) {
    const outcome = await sendTest(app, edition, variant, to);
    sent.push({ variant, outcome });
    console.error(`Test to ${to}: ${outcome.state}${'reply' in outcome ? ` (${outcome.reply})` : ''}`);
  }
  await noteTests(app, edition, sent);
}

/** The value of `--test-to`. */
export function testAddress(values: Record<string, unknown>): string | undefined {
  const { 'test-to': given } = values;
  return given === undefined ? undefined : String(given);
}
