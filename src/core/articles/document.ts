import { loadAll, YAMLException } from 'js-yaml';
import type { z } from 'zod';
import { yamlLine } from './yaml-lines.ts';

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
  | { state: 'good'; fields: T; unknown: string[] }
  | { state: 'bad'; problems: ContentProblem[] };

/** A file of front matter and Markdown in its two parts. */
export interface Parts {
  yaml: string;
  /** A view of the file's bytes. */
  body: Buffer;
  /** The line of the file, from 1, on which the body begins. */
  bodyLine: number;
}

const FENCE = Buffer.from('---');
const OPENING = /^\uFEFF?---[ \t]*(?:\r?\n|$)/;

/** Splits a document; undefined where it does not begin with front matter. Only that is made text: bodies are many. */
export function documentParts(source: Buffer): Parts | undefined {
  const [opening] = OPENING.exec(source.toString('utf8', 0, 200)) ?? [];
  if (opening === undefined) return undefined;
  const begin = Buffer.byteLength(opening);
  for (let at = source.indexOf(FENCE, begin); at !== -1; at = source.indexOf(FENCE, at + 1)) {
    const lineEnd = source.indexOf(10, at);
    const end = lineEnd === -1 ? source.length : lineEnd + 1;
    const isFence = source[at - 1] === 10 && source.toString('utf8', at, end).trim() === '---';
    if (!isFence) continue;
    const yaml = source.toString('utf8', begin, at);
    const bodyLine = 3 + (yaml.match(/\n/g)?.length ?? 0);
    return { yaml: yaml.trimEnd(), body: source.subarray(end), bodyLine };
  }
  return undefined;
}

/** Reads a Markdown file: YAML front matter checked by a schema, then the body. */
export function readDocument<T extends z.ZodObject>(
  file: string,
  source: Buffer,
  schema: T,
): Checked<z.output<T>> & Partial<Parts> {
  const parts = documentParts(source);
  if (parts) return { ...readYaml(file, parts.yaml, schema, 1), ...parts };
  const message = 'should begin with front matter: a line ---, the fields, and a line ---';
  return { state: 'bad', problems: [{ file, line: 1, field: 'front matter', message }] };
}

/** Reads YAML checked by a schema; `linesBefore` is how many lines of the file stand above it. */
export function readYaml<T extends z.ZodObject>(
  file: string,
  yaml: string,
  schema: T,
  linesBefore = 0,
): Checked<z.output<T>> {
  let data: unknown;
  try {
    data = loadAll(yaml, { maxAliases: 20 })[0] ?? {};
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1 + linesBefore;
    return { state: 'bad', problems: [{ file, line, field: 'front matter', message: error.reason }] };
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) {
    const unknown = Object.keys(data as object).filter((key) => !(key in schema.shape));
    return { state: 'good', fields: parsed.data, unknown };
  }
  return {
    state: 'bad',
    problems: parsed.error.issues.map(({ path, message }) => ({
      file,
      line: yamlLine(yaml, path) + linesBefore,
      field: path.join('.') || 'front matter',
      message: message === 'Invalid input: expected string, received undefined' ? 'is missing' : message,
    })),
  };
}
