import { recordAct } from '../../platform/audit.ts';
import { isoTime } from '../../platform/clock.ts';
import type { Trx } from '../../platform/db.ts';
import { AppError } from '../../platform/errors.ts';
import { listFields } from '../../platform/list-fields.ts';
import type { Parts } from '../../platform/parts.ts';
import { type CommentRule, countActiveRules, insertRule, markRemoved, ruleById } from './rule-rows.ts';
import { noteRuleChange } from './rules-now.ts';

/** An entry as it is typed at the desk. */
export type TypedRule = Pick<CommentRule, 'list' | 'kind' | 'entry'>;

export const RULE_LISTS = ['hold', 'block'] as const satisfies CommentRule['list'][];
export const RULE_KINDS = [
  'words',
  'domains',
  'addresses',
  'networks',
] as const satisfies CommentRule['kind'][];

/** An entry is compared with every comment. */
const MOST = 2000;
const LONGEST = 200;

/**
 * What was typed, as it would be kept.
 *
 * @throws AppError `invalid` with the field (`list`, `kind`, `entry`) that is wrong
 */
export function checkedRule(typed: { list: string; kind: string; entry: string }): TypedRule {
  const list = RULE_LISTS.find((one) => one === typed.list);
  const kind = RULE_KINDS.find((one) => one === typed.kind);
  const entry = typed.entry.trim().replace(/\s+/g, ' ');
  if (!list) throw new AppError('invalid', WRONG, { list: 'Choose whether to hold or to block.' });
  if (!kind) throw new AppError('invalid', WRONG, { kind: 'Choose what it is.' });
  if (entry.length > LONGEST)
    throw new AppError('invalid', WRONG, { entry: `Shorten it to ${LONGEST} characters.` });
  const read = listFields.safeParse({ [kind]: [entry] });
  if (!read.success)
    throw new AppError('invalid', WRONG, { entry: `It ${read.error.issues[0]?.message ?? 'is none'}.` });
  return { list, kind, entry };
}

const WRONG = 'The entry needs a change. Nothing was kept.';

type RuleParts = Pick<Parts, 'db' | 'clock' | 'log' | 'secret'>;

/**
 * Puts an entry on a list; it holds for comments from now on.
 *
 * @throws AppError `invalid`, `conflict` (it is there already, or there are very many)
 */
export async function addRule(
  parts: RuleParts,
  typed: { list: string; kind: string; entry: string },
  moderator: string,
): Promise<CommentRule> {
  const { db, clock, log } = parts;
  const checked = checkedRule(typed);
  const rule = await db.transaction().execute(async (trx) => {
    await noteRuleChange(trx); // first: whoever adds another at once waits here
    if ((await countActiveRules(trx)) >= MOST)
      throw new AppError('conflict', `Nothing was kept: there are ${MOST} entries. Remove some first.`);
    const kept = { ...checked, added_at: isoTime(clock.now()), added_by: moderator };
    const id = await insertRule(trx, { ...kept, removed_at: null, removed_by: null });
    if (id === undefined)
      throw new AppError('conflict', 'Nothing was kept: that entry is on the list already.');
    const rule = { id, ...kept, removed_at: null, removed_by: null };
    await recordRuleAct(trx, parts, 'add', rule, moderator);
    return rule;
  });
  log.info('comment-rule.added', { rule: rule.id, list: rule.list, kind: rule.kind, moderator });
  return rule;
}

/** Takes an entry off its list; `addRule` puts it back. @throws AppError `not-found`, `conflict` (it is off already) */
export async function removeRule(parts: RuleParts, id: number, moderator: string): Promise<CommentRule> {
  const { db, clock, log } = parts;
  const rule = await db.transaction().execute(async (trx) => {
    await noteRuleChange(trx);
    const found = await ruleById(trx, id);
    if (!found) throw new AppError('not-found', 'There is no such entry.');
    if (!(await markRemoved(trx, id, isoTime(clock.now()), moderator)))
      throw new AppError('conflict', 'Nothing was changed: the entry was removed before.');
    await recordRuleAct(trx, parts, 'remove', found, moderator);
    return found;
  });
  log.info('comment-rule.removed', { rule: id, moderator });
  return rule;
}

/** Puts an entry that was removed on its list again. @throws AppError `not-found`, `conflict` (it is there) */
export async function restoreRule(parts: RuleParts, id: number, moderator: string): Promise<CommentRule> {
  const rule = await ruleById(parts.db, id);
  if (!rule) throw new AppError('not-found', 'There is no such entry.');
  return addRule(parts, rule, moderator);
}

/** Without the entry, which may be somebody's address. */
async function recordRuleAct(
  trx: Trx,
  parts: RuleParts,
  act: 'add' | 'remove',
  { id, list, kind }: CommentRule,
  who: string,
): Promise<void> {
  const what = `${list} ${kind}`;
  const change = act === 'add' ? { after: what } : { before: what };
  await recordAct(trx, parts, { who, act: `comment-rule.${act}`, subject: `comment-rule:${id}`, ...change });
}
