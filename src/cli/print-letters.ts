import type { App } from '#core/app.ts';
import { digestLetter } from '#core/editions/digest-letter.ts';
import type { Edition, Variant } from '#core/editions/edition.ts';

/** Prints what an edition says to each group of readers, as text; nothing is sent. */
export function printLetters(app: App, edition: Edition, variants: readonly Variant[], html = false): void {
  for (const variant of variants) {
    const letter = letterTo(app, edition, variant);
    const who = `To ${variant.readers} ${variant.readers === 1 ? 'reader' : 'readers'}`;
    const what = `${who}${variant.topics ? ` of ${variant.topics}` : ''}\nSubject: ${letter.subject}`;
    console.log(html ? letter.html : `${what}\n\n${letter.text}\n`);
  }
}

/** One variant's letter as a reader would get it who is none. */
function letterTo(app: App, edition: Edition, variant: Variant) {
  const reader = { id: 'preview', email: 'reader@example.org' };
  return digestLetter(app, edition, variant, reader, 'preview', app.clock.now());
}
