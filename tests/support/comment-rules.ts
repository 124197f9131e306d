import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Changes the rules for comments in a site's own file; it takes them while it runs. */
export function setRules({ contentDir }: { contentDir: string }, rules: Record<string, unknown>): void {
  const file = path.join(contentDir, 'site.yaml');
  let text = readFileSync(file, 'utf8');
  for (const [name, rule] of Object.entries(rules)) {
    const line = `  ${name}: ${JSON.stringify(rule)}`;
    const stands = new RegExp(`^  ${name}:.*$`, 'm');
    text = stands.test(text)
      ? text.replace(stands, line)
      : text.replace(/^comments:$/m, `comments:\n${line}`);
  }
  writeFileSync(file, text);
}

const FLOOD = { burst: 1_000_000, everySeconds: 0.001 };
/** As if nobody were a flood, for a test that sends thousands. */
export const NO_FLOOD = { flood: { network: FLOOD, article: FLOOD, overall: FLOOD } };
