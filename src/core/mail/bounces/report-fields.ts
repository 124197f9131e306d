/** The fields of one block of a report, by their name in lower case; a field may stand there more than once. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the blocks of fields of which a report's machine-readable part is made (RFC 3464 section 2.1).
 * Where the blank line between two recipients is missing, a field that can stand but once begins the next.
 */
export function fieldBlocks(text: string): Fields[] {
  const blocks: Map<string, string[]>[] = [new Map()];
  for (const { name, value } of fieldLines(text)) {
    const isNext = name === '' || (ONCE.has(name) && blocks.at(-1)?.has(name));
    if (isNext) blocks.push(new Map());
    const block = blocks.at(-1);
    if (name !== '') block?.set(name, [...(block.get(name) ?? []), value]);
  }
  return blocks.filter((fields) => fields.size > 0);
}

const ONCE = new Set(['final-recipient', 'original-recipient', 'action', 'status']);
const FIELD = /^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:(.*)$/;
/** Longer than any answer of a server; what is matched against words stays short. */
const VALUE_LIMIT = 2000;

/** Fields in their order, unfolded, also where a long one was broken without a fold; a blank line has no name. */
function fieldLines(text: string): { name: string; value: string }[] {
  const lines: { name: string; value: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    const last = lines.at(-1);
    if (name !== undefined)
      lines.push({ name: name.toLowerCase(), value: value.trim().slice(0, VALUE_LIMIT) });
    else if (line.trim() === '') lines.push({ name: '', value: '' });
    else if (last?.name && last.value.length < VALUE_LIMIT)
      last.value = `${last.value} ${line.trim()}`.slice(0, VALUE_LIMIT);
  }
  return lines;
}

/** The value after its type (`rfc822; someone@example.org`, `smtp; 550 …`), and the type in lower case. */
export function typed(value: string | undefined): { type: string; value: string } {
  const [, type = '', rest = ''] = /^\s*([\w-]+)\s*;(.*)$/s.exec(value ?? '') ?? [];
  return type === ''
    ? { type: '', value: (value ?? '').trim() }
    : { type: type.toLowerCase(), value: rest.trim() };
}

/** The address in a field's value: bare, in brackets, or after a source route; undefined for what is none. */
export function addressIn(value: string): string | undefined {
  const bare = /<([^<>]*)>\s*$/.exec(value)?.[1] ?? value.replace(/\s*\(.*\)\s*$/, '');
  const routed = bare.trim().replace(/^@[^:@]+:/, '');
  return /^[^\s@|]+@[^\s@]+$/.test(routed) ? routed : undefined;
}
