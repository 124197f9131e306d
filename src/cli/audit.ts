import { readFileSync } from 'node:fs';
import { actsOf } from '#core/desk/audit-list.ts';
import { type Fault, verifyActs } from '#core/desk/verify-acts.ts';
import { checkedSecret } from '#core/platform/tokens.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const auditCommand: Command = {
  summary: 'audit verify|list: whether the log of what people did is whole; what it holds',
  help: `Usage: watchpost audit verify [--expect <hash>] [--old-secret <file>]
       watchpost audit list [--since <time>] [--who <name>] [--act <word>] [--json]

What people do at the desk and at this console is written into a log that is never changed: who, what, before, after,
when. Each act carries a hash of itself and of the one before it, made with the site's secret.

verify   goes through all of it. Exit code 0: the chain is whole, and says its last hash. 1: it is not, and which number
         is the first that is wrong
list     prints acts, the oldest first

  --expect       a hash that an earlier "verify" printed and that was noted elsewhere: it must still be there. Whoever
                 has the database alone cannot forge the log; whoever has the secret too can, but not with this in it
  --old-secret   the file "secret" of an earlier DATA_DIR, where the site has got a new one since; may stand several times
  --since        a day or a time, such as 2026-11-24 or 2026-11-24T08:00:00Z
  --who          a name at the desk, or console
  --act          a word such as comment.approve, or its beginning: comment
  --json         one JSON object a line`,
  options: {
    expect: { type: 'string' },
    'old-secret': { type: 'string', multiple: true },
    since: { type: 'string' },
    who: { type: 'string' },
    act: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ positionals, values }) {
    const [verb, ...more] = positionals;
    if (more.length > 0 || (verb !== 'verify' && verb !== 'list'))
      throw new UsageError('It is called as "watchpost audit verify" or "watchpost audit list".');
    refuseOthers(verb, Object.keys(values));
    return verb === 'verify' ? verify(values) : list(values);
  },
};

const OPTIONS = { verify: ['expect', 'old-secret'], list: ['since', 'who', 'act', 'json'] };

function refuseOthers(verb: keyof typeof OPTIONS, given: readonly string[]): void {
  const other = given.find((name) => name !== 'help' && !OPTIONS[verb].includes(name));
  if (other) throw new UsageError(`"watchpost audit ${verb}" knows no --${other}.`);
}

async function verify(values: Record<string, unknown>): Promise<number> {
  const expect = values.expect === undefined ? undefined : String(values.expect).trim();
  if (expect !== undefined && !/^[0-9a-f]{64}$/i.test(expect))
    throw new UsageError(
      '--expect should be a hash of 64 characters, as an earlier "audit verify" printed it.',
    );
  const oldSecrets = [values['old-secret'] ?? []].flat().map((file) => secretIn(String(file)));
  const verdict = await withStore((store) =>
    verifyActs(store, { expect, oldSecrets, progress: showProgress }),
  );
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (verdict.state === 'broken') {
    console.log(`Act ${verdict.number}: ${FAULT_WORDS[verdict.fault]}`);
    if (verdict.resealed !== undefined && verdict.fault === 'changed')
      console.log(
        `Act ${verdict.resealed} says that the secret was another one until then: give that file with --old-secret.`,
      );
    return 1;
  }
  const { count, hash, expected } = verdict;
  if (count === 0) console.log('0 acts: nothing was written yet.');
  else console.log(`${count} ${count === 1 ? 'act' : 'acts'}, chain whole, last hash ${hash}`);
  if (expected !== undefined) console.log(`The hash that you gave is that of act ${expected}.`);
  return 0;
}

const FAULT_WORDS: Record<Fault, string> = {
  changed: 'not as it was written. It was changed, put in the place of another, or what stood before it was.',
  missing: 'missing.',
  added: 'put there by another hand: the log ended before it.',
  end: 'the seal of the log’s end is not ours here. Acts may have been cut off, or written by another hand.',
  index:
    'an index of the log does not say it as it stands, so that lists may leave it out. The disk, or another hand, changed the file.',
  expected:
    'the log ends here, and the hash that you gave is nowhere in it: it was written anew, or cut off.',
};

function secretIn(file: string): Buffer {
  try {
    return checkedSecret(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError('--old-secret should be a file "secret" from an earlier DATA_DIR.');
  }
}

async function list(values: Record<string, unknown>): Promise<number> {
  const text = (name: string) => (values[name] === undefined ? undefined : String(values[name]));
  const act = text('act');
  if (act !== undefined && !/^[a-z-]+(?:\.[a-z-]+)*$/.test(act))
    throw new UsageError('--act should be a word such as comment.approve, or its beginning: comment.');
  const filter = { who: text('who'), act, since: timeFrom(text('since')) };
  return withStore(async ({ db }) => {
    for await (const row of actsOf(db, filter)) {
      const { id, at, who, subject, before, after } = row;
      const change = [before, after].some((one) => one !== null) ? `  ${before ?? ''} → ${after ?? ''}` : '';
      const line = values.json
        ? JSON.stringify(row)
        : `${id}  ${at}  ${who}  ${row.act}  ${subject}${change}`;
      if (!process.stdout.write(`${line}\n`))
        await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
    return 0;
  });
}

function timeFrom(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const time = new Date(given);
  if (!/^\d{4}-\d\d-\d\d/.test(given) || Number.isNaN(time.getTime()))
    throw new UsageError('--since should be a day or a time, such as 2026-11-24 or 2026-11-24T08:00:00Z.');
  return time.toISOString();
}

function showProgress(number: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${number} acts`);
}
