import { asSafeHtml, escapeHtml, type SafeHtml } from '../platform/safe-html.ts';
import { AMBER, DARK, HAIRLINE, INK, PAPER, QUIET, SANS, SERIF } from './letter-look.ts';

const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"';

/**
 * The house's sheet of paper: a masthead with one amber rule, the contents, and the foot. One column, 600 px at most,
 * made of tables: Outlook knows no other way to keep it so.
 */
export function letterHtml({
  language,
  title,
  kicker = '',
  preheader,
  contents,
  foot,
}: {
  language: string;
  title: string;
  /** Beside the title: which letter this is, and of when. */
  kicker?: string;
  preheader: string;
  contents: SafeHtml;
  foot: SafeHtml;
}): string {
  const small = kicker
    ? `<div class="wp-quiet" style="font:13px/1.5 ${SANS};color:${QUIET}">${escapeHtml(kicker)}</div>`
    : '';
  return `<!doctype html>
<html lang="${escapeHtml(language)}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${DARK}</style>
</head>
<body class="wp-page" style="margin:0;padding:0;background-color:${PAPER}">
<div style="display:none;font-size:1px;line-height:1px;color:${PAPER}">${escapeHtml(preheader)}</div>
<table ${TABLE} class="wp-page" style="background-color:${PAPER}"><tr><td align="center" style="padding:24px 16px 32px">
<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->
<table ${TABLE} style="max-width:600px;word-break:break-word">
<tr><td class="wp-ink" style="padding:0 0 12px;border-bottom:4px solid ${AMBER};font:700 24px/1.2 ${SERIF};color:${INK}">${escapeHtml(title)}${small}</td></tr>
<tr><td class="wp-ink" style="padding:24px 0 8px;font:17px/1.55 ${SERIF};color:${INK}">
${contents}
</td></tr>
<tr><td class="wp-quiet wp-line" style="padding:20px 0 0;border-top:1px solid ${HAIRLINE};font:13px/1.6 ${SANS};color:${QUIET}">
${foot}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`;
}

export function paragraph(text: string): SafeHtml {
  return asSafeHtml(`<p dir="auto" style="margin:0 0 16px">${escapeHtml(text)}</p>`);
}

/** What is worth saying, and no more, in the small type of the foot. */
export function aside(text: string): SafeHtml {
  return asSafeHtml(
    `<p class="wp-quiet" style="margin:0 0 16px;font:13px/1.6 ${SANS};color:${QUIET}">${escapeHtml(text)}</p>`,
  );
}

/** A link that can be seen and pressed; its destination is what it says. */
export function button(words: string, href: string): SafeHtml {
  const shape = `display:inline-block;padding:12px 20px;color:#ffffff;text-decoration:none;font:700 16px/1.25 ${SANS}`;
  return asSafeHtml(
    `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px"><tr><td bgcolor="${INK}" class="wp-button" style="background-color:${INK}"><a href="${escapeHtml(href)}" style="${shape}">${escapeHtml(words)}</a></td></tr></table>`,
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
  return asSafeHtml(`<p class="wp-quiet" style="margin:0 0 6px;font:700 13px/1.5 ${SANS};color:${QUIET}"><span dir="auto">${escapeHtml(name)}</span> ${escapeHtml(about)}</p>
<blockquote dir="auto" class="wp-line" style="margin:0 0 10px;padding:2px 0 2px 14px;border-left:2px solid ${HAIRLINE}">${lines}</blockquote>
${below}`);
}

/** The reader's own words, by which they tell that a letter is ours, and where they read how. */
export function phraseNote(phrase: string, genuine: string): SafeHtml {
  return asSafeHtml(`<p class="wp-quiet" style="margin:0 0 24px;font:13px/1.6 ${SANS};color:${QUIET}">Your phrase: <b class="wp-ink" style="color:${INK}"><span dir="auto">${escapeHtml(phrase)}</span></b><br>
Only you and we know it: a letter without it is not from us. <a href="${escapeHtml(genuine)}" style="color:${QUIET}">More ways to tell</a></p>`);
}

/** A line of the foot; a link where there is an address. */
export function footLine(text: string, href?: string): SafeHtml {
  const words = escapeHtml(text);
  const shown =
    href === undefined ? words : `<a href="${escapeHtml(href)}" style="color:${QUIET}">${words}</a>`;
  return asSafeHtml(`<p style="margin:0 0 6px">${shown}</p>`);
}

export function joined(parts: readonly SafeHtml[]): SafeHtml {
  return asSafeHtml(parts.filter(Boolean).join('\n'));
}

/** Prose broken at spaces for the text part; a word or an address is never broken. */
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

function directionOf(language: string): 'ltr' | 'rtl' {
  return new Intl.Locale(language).getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr';
}
