import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '#core/platform/config.ts';

/** Puts a command's figures between its marks in a document of docs/, at the end where it has none; all else stays. */
export function writeMarked(document: string, command: string, figures: string): void {
  const file = path.join(projectRoot, 'docs', document);
  const [begin, end] = [`<!-- ${command}: begin -->`, `<!-- ${command}: end -->`];
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [head = '', rest] = before.split(begin);
  const tail = rest?.split(end)[1] ?? '\n';
  writeFileSync(file, `${rest === undefined ? `${before}\n` : head}${begin}\n${figures}\n${end}${tail}`);
  console.log(`docs/${document} has the figures.`);
}
