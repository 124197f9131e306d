import type { Log } from '../platform/log.ts';
import { asSafeHtml, escapeHtml } from '../platform/safe-html.ts';
import { MarkdownError, type Rendered, renderMarkdown } from './markdown.ts';

/** A document with its text; a body is bytes, outside the heap, so that a broken save cannot take it away. */
export interface Kept<T extends { path: string } = { path: string }> {
  item: T;
  /** Relative to the content folder. */
  file: string;
  body: Buffer;
  bodyLine: number;
}

/** How many rendered texts are kept: the pages that show them are cached by the front door. */
const KEPT_MAX = 500;

const EMPTY: Rendered = { html: asSafeHtml(''), headings: [] };

/** The texts of documents as HTML, the latest of them kept. */
export class RenderedTexts {
  readonly #log: Log;
  readonly #kept = new Map<string, Rendered>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What keeps a text from being rendered, in words for its writer; undefined where nothing does. */
  faultOf(document: Kept): string | undefined {
    try {
      this.#keep(document.item.path, renderMarkdown(document.body.toString('utf8')));
      return undefined;
    } catch (error) {
      if (error instanceof MarkdownError) return error.message;
      throw error;
    }
  }

  /** The text as HTML; one that cannot be rendered stands there as it was written, and the log says so. */
  of(document: Kept | undefined): Rendered {
    if (!document) return EMPTY;
    const known = this.#kept.get(document.item.path);
    if (known) return known;
    const message = this.faultOf(document);
    if (message === undefined) return this.of(document);
    this.#log.error('content.unrenderable', { file: document.file, line: document.bodyLine, message });
    const plain = asSafeHtml(`<pre>${escapeHtml(document.body.toString('utf8'))}</pre>`);
    return this.#keep(document.item.path, { html: plain, headings: [] });
  }

  forget(path: string): void {
    this.#kept.delete(path);
  }

  #keep(path: string, rendered: Rendered): Rendered {
    this.#kept.delete(path);
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value ?? '');
    this.#kept.set(path, rendered);
    return rendered;
  }
}
