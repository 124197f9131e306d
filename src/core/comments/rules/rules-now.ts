import type { CommentRules } from '../../articles/comment-rules.ts';
import type { Library } from '../../articles/library.ts';
import type { Db, Trx } from '../../platform/db.ts';
import { addToSetting, settingValue } from '../../platform/settings.ts';
import { activeRules, type CommentRule } from './rule-rows.ts';

/** Counts the changes of the entries kept at the desk, so that no process reads them anew for each comment. */
const CHANGES = 'comment-rule-changes';

type Entry = Pick<CommentRule, 'list' | 'kind' | 'entry'>;

const known = new WeakMap<CommentRules, { changes: string; rules: CommentRules }>();

/** The rules that hold: those of content/site.yaml, with the entries kept at the desk on their lists. */
export async function rulesNow({
  db,
  library,
}: {
  db: Db;
  library: Pick<Library, 'site'>;
}): Promise<CommentRules> {
  return withKept(db, library.site.comments);
}

/** Other rules of a site, with the same entries on their lists; the same object until one of them changes. */
export async function withKept(db: Db, written: CommentRules): Promise<CommentRules> {
  const changes = (await settingValue(db, CHANGES)) ?? '0';
  const before = known.get(written);
  if (before?.changes === changes) return before.rules;
  // Counted before they are read: what changes in between is read again next time.
  const rules = changes === '0' ? written : withEntries(written, await activeRules(db));
  known.set(written, { changes, rules });
  return rules;
}

/** In the transaction that changes an entry. */
export async function noteRuleChange(trx: Trx): Promise<void> {
  await addToSetting(trx, CHANGES, 1);
}

/** Rules with further entries on their lists. */
export function withEntries(rules: CommentRules, entries: readonly Entry[]): CommentRules {
  const hold = { ...rules.hold };
  const block = { ...rules.block };
  for (const { list, kind, entry } of entries) {
    const fields = list === 'hold' ? hold : block;
    fields[kind] = [...fields[kind], entry];
  }
  return { ...rules, hold, block };
}
