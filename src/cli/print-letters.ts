import type { App } from '#core/app.ts';
import type { Edition, Variant } from '#core/editions/edition.ts';
import { variantPreviews } from '#core/editions/previews.ts';

/** Prints what an edition says to each group of readers, as text; nothing is sent. */
export function printLetters(app: App, edition: Edition, variants: readonly Variant[], html = false): void {
  for (const letter of variantPreviews(app, edition, variants)) {
    const { topics, readers } = letter;
    const who = `To ${readers} ${readers === 1 ? 'reader' : 'readers'}${topics ? ` of ${topics}` : ''}`;
    console.log(html ? letter.html : `${who}\nSubject: ${letter.subject}\n\n${letter.text}\n`);
  }
}
