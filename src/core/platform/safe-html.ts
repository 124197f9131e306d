declare const brand: unique symbol;

/** HTML that only a sanitizer or renderer of ours has made: the one kind that `set:html` may be given. */
export type SafeHtml = string & { readonly [brand]: true };

/** Marks HTML as safe; only for renderers whose whole output was escaped or sanitized. */
export function asSafeHtml(html: string): SafeHtml {
  return html as SafeHtml;
}

/** Data for a `<script type="application/…+json">`, which is never run: nothing in it can end the element. */
export function jsonForHtml(data: object): SafeHtml {
  return asSafeHtml(JSON.stringify(data).replaceAll('<', '\\u003c'));
}

/** The text as it can stand in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, entity);
}

/** The text that our own escaping stands for. */
export function unescapedHtml(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => CHARACTERS[entity] ?? entity);
}

const CHARACTERS: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function entity(character: string): string {
  if (character === '&') return '&amp;';
  if (character === '<') return '&lt;';
  if (character === '>') return '&gt;';
  return character === '"' ? '&quot;' : '&#39;';
}
