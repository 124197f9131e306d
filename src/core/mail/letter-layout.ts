import { asSafeHtml, escapeHtml, type SafeHtml } from '../platform/safe-html.ts';

/** Mail programs know no stylesheet of ours: colours stand where they are used, and once more for the dark. */
const INK = '#1b1d22';
const PAPER = '#fbf8f2';
const QUIET = '#5b5f66';
const AMBER = '#e9a23b';
const SERIF = "Charter,'Iowan Old Style','Source Serif 4',Georgia,'Times New Roman',serif";
const SANS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const DARK = `@media (prefers-color-scheme:dark){.wp-page,.wp-sheet{background:#12161f!important}.wp-ink,.wp-ink a{color:#eceae4!important}.wp-quiet,.wp-quiet a{color:#b3b8c2!important}}`;

/** The house's sheet of paper: a masthead with one amber rule, the contents, and the foot. One column, 600 px at most. */
export function letterHtml({
  language,
  title,
  preheader,
  contents,
  foot,
}: {
  language: string;
  title: string;
  preheader: string;
  contents: SafeHtml;
  foot: SafeHtml;
}): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${DARK}</style>
</head>
<body class="wp-page" style="margin:0;padding:0;background:${PAPER}">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preheader)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="wp-page" style="background:${PAPER}"><tr><td align="center" style="padding:24px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="wp-sheet" style="max-width:600px;table-layout:fixed;overflow-wrap:anywhere;word-break:break-word;background:${PAPER}">
<tr><td class="wp-ink" style="padding:0 0 10px;border-bottom:3px solid ${AMBER};font:700 20px/1.3 ${SERIF};color:${INK}">${escapeHtml(title)}</td></tr>
<tr><td class="wp-ink" style="padding:22px 0 8px;font:17px/1.55 ${SERIF};color:${INK}">${contents}</td></tr>
<tr><td class="wp-quiet" style="padding:18px 0 0;border-top:1px solid #cfcac0;font:13px/1.55 ${SANS};color:${QUIET}">${foot}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

export function paragraph(text: string): SafeHtml {
  return asSafeHtml(`<p style="margin:0 0 16px">${escapeHtml(text)}</p>`);
}

/** A link that can be seen and pressed; its destination is what it says. */
export function button(words: string, href: string): SafeHtml {
  const shape = `display:inline-block;padding:12px 20px;background:${INK};color:#ffffff;text-decoration:none;font:700 16px/1.2 ${SANS};border-bottom:3px solid ${AMBER}`;
  return asSafeHtml(
    `<p style="margin:0 0 20px"><a href="${escapeHtml(href)}" style="${shape}">${escapeHtml(words)}</a></p>`,
  );
}

/** Several links that can be pressed, side by side where there is room. */
export function buttons(choices: readonly { words: string; href: string }[]): SafeHtml {
  const shape = `display:inline-block;margin:0 8px 8px 0;padding:9px 14px;border:1px solid ${QUIET};color:${INK};text-decoration:none;font:700 15px/1.2 ${SANS}`;
  const links = choices.map(
    ({ words, href }) =>
      `<a href="${escapeHtml(href)}" class="wp-ink" style="${shape}">${escapeHtml(words)}</a>`,
  );
  return asSafeHtml(`<p style="margin:0 0 26px">${links.join(' ')}</p>`);
}

/** A link in a line of its own. */
export function linkLine(words: string, href: string): SafeHtml {
  return asSafeHtml(
    `<p style="margin:0 0 22px"><a href="${escapeHtml(href)}" class="wp-ink" style="color:${INK}">${escapeHtml(words)}</a></p>`,
  );
}

/** Somebody's words, line by line as they were typed, with their name and more about it above, and a remark below. */
export function quotation(name: string, about: string, words: string, remark = ''): SafeHtml {
  const lines = escapeHtml(words).replaceAll('\n', '<br>');
  const below = remark
    ? `<p class="wp-quiet" style="margin:0 0 12px;font:13px/1.55 ${SANS};color:${QUIET}">${escapeHtml(remark)}</p>`
    : '';
  return asSafeHtml(`<p class="wp-quiet" style="margin:0 0 6px;font:700 13px/1.5 ${SANS};color:${QUIET}"><bdi>${escapeHtml(name)}</bdi> ${escapeHtml(about)}</p>
<blockquote dir="auto" style="margin:0 0 10px;padding:2px 0 2px 14px;border-left:2px solid #cfcac0">${lines}</blockquote>
${below}`);
}

/** A story: headline that links, dek, and where it leads in plain words. */
export function story({
  title,
  dek,
  href,
  label,
}: {
  title: string;
  dek: string;
  href: string;
  label: string;
}): SafeHtml {
  const kicker = label
    ? `<div class="wp-quiet" style="font:700 12px/1.4 ${SANS};color:${QUIET}">${escapeHtml(label)}</div>`
    : '';
  return asSafeHtml(`<div style="padding:0 0 22px">${kicker}
<h2 style="margin:2px 0 4px;font:700 21px/1.25 ${SERIF}"><a href="${escapeHtml(href)}" class="wp-ink" style="color:${INK};text-decoration:underline">${escapeHtml(title)}</a></h2>
<p style="margin:0">${escapeHtml(dek)}</p>
</div>`);
}

/** A line of the foot; a link where there is an address. */
export function footLine(text: string, href?: string): SafeHtml {
  const words = escapeHtml(text);
  const shown =
    href === undefined ? words : `<a href="${escapeHtml(href)}" style="color:${QUIET}">${words}</a>`;
  return asSafeHtml(`<p style="margin:0 0 6px">${shown}</p>`);
}

export function joined(parts: readonly SafeHtml[]): SafeHtml {
  return asSafeHtml(parts.join('\n'));
}

/** Prose broken at spaces for the text part; an address is never broken. */
export function wrapped(text: string, width = 72): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join('\n');
}
