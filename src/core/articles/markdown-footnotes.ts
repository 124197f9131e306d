import type { MarkedExtension, Parser, RendererThis, Token, TokenizerThis, Tokens } from 'marked';

const LABEL = String.raw`\[\^([^\]\s]{1,64})\]`;
const DEFINITION = new RegExp(`^ {0,3}${LABEL}:[ \\t]*`);
const REFERENCE = new RegExp(`^${LABEL}`);

interface Note {
  tokens: Token[];
  /** From 1, by first reference; 0 while nothing refers to it. */
  number: number;
  references: number;
}

/**
 * Footnotes of one document: `[^label]` in the text, `[^label]: …` anywhere, indented lines belonging to it.
 * A reference without a note stays as it was written; a note without a reference is not shown.
 */
export class Footnotes {
  readonly #notes = new Map<string, Note>();
  readonly #shown: Note[] = [];

  readonly extension: MarkedExtension = {
    extensions: [this.#definition(), this.#reference()],
  };

  /** The list at the end of the document; empty where nothing refers to a note. */
  list(parser: Parser): string {
    const items: string[] = [];
    // A note may refer to another, which is then added to the list while it is walked.
    for (const note of this.#shown) items.push(this.#item(note, parser.parse(note.tokens)));
    if (items.length === 0) return '';
    return `<section class="footnotes" aria-label="Footnotes"><ol>\n${items.join('')}</ol></section>\n`;
  }

  #item(note: Note, html: string): string {
    const back = Array.from({ length: note.references }, (_, index) => {
      const id = referenceId(note.number, index + 1);
      return ` <a href="#${id}" aria-label="Back to the text">↩</a>`;
    }).join('');
    const whole = html.endsWith('</p>\n') ? `${html.slice(0, -5)}${back}</p>\n` : `${html}<p>${back}</p>\n`;
    return `<li id="fn-${note.number}">${whole}</li>\n`;
  }

  #definition() {
    const notes = this.#notes;
    return {
      name: 'footnote',
      level: 'block' as const,
      start: (source: string) => /^ {0,3}\[\^/m.exec(source)?.index,
      tokenizer(this: TokenizerThis, source: string) {
        const match = DEFINITION.exec(source);
        if (!match) return undefined;
        const raw = source.slice(0, match[0].length + noteLength(source.slice(match[0].length)));
        const text = raw.slice(match[0].length).replace(/^(?: {4}|\t)/gm, '');
        const label = (match[1] ?? '').toLowerCase();
        const tokens = this.lexer.blockTokens(text, []);
        if (!notes.has(label)) notes.set(label, { tokens, number: 0, references: 0 });
        return { type: 'footnote', raw, tokens };
      },
      renderer: () => '',
    };
  }

  #reference() {
    const notes = this.#notes;
    const shown = this.#shown;
    return {
      name: 'footnoteReference',
      level: 'inline' as const,
      start: (source: string) => source.indexOf('[^'),
      tokenizer(this: TokenizerThis, source: string) {
        const match = REFERENCE.exec(source);
        if (!match || !notes.has((match[1] ?? '').toLowerCase())) return undefined;
        return { type: 'footnoteReference', raw: match[0], label: (match[1] ?? '').toLowerCase() };
      },
      renderer(this: RendererThis, { label }: Tokens.Generic) {
        const note = notes.get(label as string) as Note;
        if (note.number === 0) note.number = shown.push(note);
        note.references++;
        const id = referenceId(note.number, note.references);
        return `<sup class="fn"><a id="${id}" href="#fn-${note.number}">${note.number}</a></sup>`;
      },
    };
  }
}

/** How far a note reaches: to the first blank line that no indented line follows, or to the next note. */
function noteLength(source: string): number {
  let length = 0;
  let afterBlank = false;
  for (const line of source.split(/(?<=\n)/)) {
    const isBlank = line.trim() === '';
    const isIndented = /^(?: {4}|\t)/.test(line);
    if (length > 0 && !isBlank && !isIndented && (afterBlank || DEFINITION.test(line))) break;
    afterBlank = isBlank;
    length += line.length;
  }
  return length;
}

function referenceId(number: number, reference: number): string {
  return reference === 1 ? `fnref-${number}` : `fnref-${number}-${reference}`;
}
