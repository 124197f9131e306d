import { HAIRLINE, INK, QUIET, SANS, SERIF, SHADE } from '../mail/letter-look.ts';
import { asSafeHtml, escapeHtml, type SafeHtml } from '../platform/safe-html.ts';

/** A story as a letter shows it. */
export interface ShownStory {
  label: string;
  title: string;
  dek: string;
  href: string;
}

/** The story that is given room. */
export function leadStory(story: ShownStory): SafeHtml {
  return asSafeHtml(`${kicker(story.label)}
<h2 dir="auto" class="wp-ink" style="margin:4px 0 10px;font:700 29px/1.18 ${SERIF};color:${INK}">${titleLink(story)}</h2>
<p dir="auto" style="margin:0 0 10px;font:19px/1.5 ${SERIF}">${escapeHtml(story.dek)}</p>
${destination(story.href, 28)}`);
}

/** One of the others, below a hairline. */
export function otherStory(story: ShownStory): SafeHtml {
  return asSafeHtml(`<div class="wp-line" style="border-top:1px solid ${HAIRLINE};font-size:1px;line-height:18px">&nbsp;</div>
${kicker(story.label)}
<h2 dir="auto" class="wp-ink" style="margin:2px 0 6px;font:700 21px/1.25 ${SERIF};color:${INK}">${titleLink(story)}</h2>
<p dir="auto" style="margin:0 0 8px">${escapeHtml(story.dek)}</p>
${destination(story.href, 20)}`);
}

/** What to do now, in order. */
export function actionList(title: string, actions: readonly string[]): SafeHtml {
  const items = actions.map((action) => `<li dir="auto" style="margin:0 0 8px">${escapeHtml(action)}</li>`);
  return asSafeHtml(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px"><tr><td class="wp-ink wp-shade" style="padding:16px 18px 10px;background-color:${SHADE};font:17px/1.5 ${SERIF};color:${INK}"><b style="font:700 15px/1.4 ${SANS}">${escapeHtml(title)}</b>
<ol style="margin:8px 0 0;padding:0 0 0 22px">${items.join('\n')}</ol></td></tr></table>`);
}

export function kicker(label: string): SafeHtml {
  if (label === '') return asSafeHtml('');
  return asSafeHtml(
    `<div class="wp-quiet" style="font:700 13px/1.4 ${SANS};color:${QUIET}">${escapeHtml(label)}</div>`,
  );
}

function titleLink({ title, href }: ShownStory): string {
  return `<a href="${escapeHtml(href)}" class="wp-ink" style="color:${INK};text-decoration:none">${escapeHtml(title)}</a>`;
}

/** The link itself, so that a reader sees where it leads before they press it. */
export function destination(href: string, below: number): SafeHtml {
  const shown = href.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return asSafeHtml(
    `<p style="margin:0 0 ${below}px;font:15px/1.4 ${SANS}"><a dir="ltr" href="${escapeHtml(href)}" class="wp-ink" style="color:${INK}">${escapeHtml(shown)}</a></p>`,
  );
}
