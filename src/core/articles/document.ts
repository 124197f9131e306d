import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** What is wrong in a file of content/, in words for its writer. */
export interface ContentProblem {
  /** Relative to the content folder, with forward slashes. */
  file: string;
  /** 1-based. */
  line: number;
  field: string;
  message: string;
}

export type Checked<T> =
  | { state: 'good'; fields: T; body: string; unknown: string[] }
  | { state: 'bad'; problems: ContentProblem[] };

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:^|\r?\n)---[ \t]*(?:\r?\n|$)/;

/** Reads a Markdown file: YAML front matter checked by a schema, then the body. */
export function readDocument<T extends z.ZodObject>(
  file: string,
  source: string,
  schema: T,
): Checked<z.output<T>> {
  const match = FRONT_MATTER.exec(source);
  if (!match) {
    const message = 'should begin with front matter: a line ---, the fields, and a line ---';
    return { state: 'bad', problems: [{ file, line: 1, field: 'front matter', message }] };
  }
  const checked = readYaml(file, match[1] ?? '', schema, 1);
  return checked.state === 'good' ? { ...checked, body: source.slice(match[0].length) } : checked;
}

/** Reads YAML checked by a schema; `linesBefore` is how many lines of the file stand above it. */
export function readYaml<T extends z.ZodObject>(
  file: string,
  yaml: string,
  schema: T,
  linesBefore = 0,
): Checked<z.output<T>> {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line + linesBefore;
  if (document.errors.length > 0) {
    return {
      state: 'bad',
      problems: document.errors.map((error) => ({
        file,
        line: lineAt(error.pos[0]),
        field: 'front matter',
        message: error.message,
      })),
    };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 20 }) ?? {};
  } catch {
    const message = 'repeats itself by aliases too often';
    return { state: 'bad', problems: [{ file, line: 1, field: 'front matter', message }] };
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) {
    const unknown = Object.keys(data as object).filter((key) => !(key in schema.shape));
    return { state: 'good', fields: parsed.data, body: '', unknown };
  }
  const lineOf = (path: readonly PropertyKey[]) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineAt(node.range[0]);
    }
    return 1 + Math.max(0, linesBefore - 1);
  };
  return {
    state: 'bad',
    problems: parsed.error.issues.map((issue) => ({
      file,
      line: lineOf(issue.path),
      field: issue.path.join('.') || 'front matter',
      message:
        issue.message === 'Invalid input: expected string, received undefined' ? 'is missing' : issue.message,
    })),
  };
}
