/** One to three stars, or an underscore, that a later run may close. */
export interface OpenEmphasis {
  readonly character: string;
  /** Where the run stands among the pieces of HTML. */
  readonly piece: number;
  /** Stars not closed yet, read as bits too: 1 is emphasis, 2 strong, 3 both. */
  open: number;
  tags: string;
}

/** A run of stars or of underscores, from `start` to before `end`. */
export interface EmphasisRun {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The earliest are forgotten beyond this: it bounds the search and the nesting of the output. */
const MAX_OPEN = 32;

/**
 * Adds a run to the pieces: as end tags where it closes open runs, whose pieces become start tags, else as typed.
 * Two underscores (`__init__`) and four stars are text. Unlike CommonMark, two stars never close one, nor one two.
 *
 * @returns the piece of the earliest run that it closed
 */
export function addEmphasis(run: EmphasisRun, pieces: string[], opened: OpenEmphasis[]): number | undefined {
  const character = run.text.charAt(run.start);
  const { canOpen, canClose } = flanks(run);
  let open = run.end - run.start;
  let closed: number | undefined;
  while (canClose && open > 0) {
    const index = opened.findLastIndex((other) => other.character === character && (other.open & open) > 0);
    const opener = opened[index];
    if (opener === undefined) break;
    const stars = (opener.open & open) > 1 ? 2 : 1;
    closeEmphasis(opener, stars, pieces);
    opened.length = opener.open > 0 ? index + 1 : index;
    open -= stars;
    closed = opener.piece;
  }

  if (canOpen && open > 0) opened.push({ character, piece: pieces.length, open, tags: '' });
  if (opened.length > MAX_OPEN) opened.shift();
  pieces.push(character.repeat(open));
  return closed;
}

/** What CommonMark calls flanking, in its section 6.2; an underscore inside a word does neither. */
function flanks({ text, start, end }: EmphasisRun): { canOpen: boolean; canClose: boolean } {
  const isStar = text.charAt(start) === '*';
  if (end - start > (isStar ? 3 : 1)) return { canOpen: false, canClose: false };

  const before = kindOf(text.charAt(start - 1));
  const after = kindOf(text.charAt(end));
  const left = after !== 'space' && (after !== 'sign' || before !== 'letter');
  const right = before !== 'space' && (before !== 'sign' || after !== 'letter');
  return {
    canOpen: left && (isStar || !right || before === 'sign'),
    canClose: right && (isStar || !left || after === 'sign'),
  };
}

/** One half of a surrogate pair counts as a letter: so does an emoji. */
function kindOf(character: string): 'space' | 'sign' | 'letter' {
  if (character === '' || /\s/.test(character)) return 'space';
  return /[\p{P}\p{S}]/u.test(character) ? 'sign' : 'letter';
}

function closeEmphasis(opener: OpenEmphasis, stars: number, pieces: string[]): void {
  const element = stars === 2 ? 'strong' : 'em';
  opener.open -= stars;
  opener.tags = `<${element}>${opener.tags}`;
  pieces[opener.piece] = opener.character.repeat(opener.open) + opener.tags;
  pieces.push(`</${element}>`);
}
