/** Mail programs know no stylesheet of ours: colours stand where they are used, and once more for the dark. */
export const INK = '#1b1d22';
export const PAPER = '#fbf8f2';
export const QUIET = '#5b5f66';
export const HAIRLINE = '#cfcac0';
export const AMBER = '#e9a23b';
export const SHADE = '#f1ece1';
export const SERIF = "Charter,'Iowan Old Style','Source Serif 4',Georgia,'Times New Roman',serif";
export const SANS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
export const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,monospace';

/** When a letter is dark. */
const WHEN_DARK = '@media (prefers-color-scheme:dark)';

/** What stands in the style of an element is only outdone by `!important`. */
export const DARK =
  `${WHEN_DARK}{` +
  '.wp-page{background-color:#12161f!important}' +
  '.wp-ink,.wp-ink a,.wp-ink p,.wp-ink h2{color:#eceae4!important}' +
  '.wp-quiet,.wp-quiet a,.wp-ink .wp-quiet,.wp-ink .wp-quiet a{color:#b3b8c2!important}' +
  '.wp-quiet .wp-ink{color:#eceae4!important}' +
  '.wp-line{border-color:#3a414f!important}' +
  '.wp-shade{background-color:#1c2230!important}' +
  '.wp-button,.wp-button a{background-color:#eceae4!important;color:#12161f!important}}';

/** A letter of the house as a program that is set to light or dark shows it, whatever the one that shows it now is set to. */
export function letterSetTo(scheme: 'light' | 'dark', html: string): string {
  return html
    .replaceAll(
      `<style>${DARK}</style>`,
      `<style>${DARK.replace(WHEN_DARK, scheme === 'dark' ? '@media all' : '@media not all')}</style>`,
    )
    .replace(/(color-schemes?" content=")light dark"/g, `$1${scheme}"`);
}

/**
 * A letter as a mail program that is set to light or dark shows it, to stand in a frame: its links open a window of
 * their own.
 */
export function letterInFrame(scheme: 'light' | 'dark', html: string): string {
  const base = '<base target="_blank">';
  const shown = letterSetTo(scheme, html);
  return /<head>/i.test(shown) ? shown.replace(/<head>/i, (head) => `${head}\n${base}`) : base + shown;
}
