import type { AstroGlobal } from 'astro';
import type { App } from '#core/app.ts';
import {
  addRule,
  checkedRule,
  removeRule,
  restoreRule,
  type TypedRule,
} from '#core/comments/rules/keep-rule.ts';
import type { CommentRule } from '#core/comments/rules/rule-rows.ts';
import { type CommentTrial, tryComment } from '#core/comments/rules/try-comment.ts';
import { type RuleTrial, tryRule } from '#core/comments/rules/try-rule.ts';
import { AppError } from '#core/platform/errors.ts';
import { type Form, formOf, rowNumber } from '../../_form.ts';
import { markRefused } from '../../_status.ts';

/** What a form of the page of lists has brought about. */
export interface RuleActs {
  notice?: { kind: 'good' | 'attention'; title: string };
  /** What takes it back: an act of this page and the number of an entry. */
  undo?: { action: 'remove' | 'restore'; id: number };
  ruleTrial?: { rule: TypedRule; trial: RuleTrial };
  commentTrial?: CommentTrial;
  /** As typed, where the form is shown again, and what is wrong with its fields. */
  typed: Record<string, string>;
  wrong: Readonly<Record<string, string>>;
  /** Which of the two forms it was. */
  form?: 'rule' | 'comment';
}

const FIELDS = ['list', 'kind', 'entry', 'name', 'email', 'website', 'body', 'network', 'verified'];
const OF_COMMENT = 'try-comment';

export async function rulesActedOn(
  { request, response, locals }: Pick<AstroGlobal, 'request' | 'response' | 'locals'>,
  moderator: string,
): Promise<RuleActs> {
  if (request.method !== 'POST') return { typed: {}, wrong: {} };
  const form = await formOf(request);
  const action = form.text('action');
  const typed = Object.fromEntries(FIELDS.map((name) => [name, form.text(name)]));
  const which = action === OF_COMMENT ? 'comment' : 'rule';
  try {
    const done = await act(locals.app, form, moderator);
    const isDone = done.undo !== undefined;
    return { ...done, typed: isDone ? {} : typed, wrong: {}, form: which };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    const notice = { kind: 'attention', title: error.message } as const;
    return { notice, typed, wrong: error.fields, form: which };
  }
}

async function act(app: App, form: Form, by: string): Promise<Omit<RuleActs, 'typed' | 'wrong'>> {
  const action = form.text('action');
  const id = rowNumber(form.text('id'));
  if (action === OF_COMMENT) return { commentTrial: await tryComment(app, typedComment(form)) };
  if (action === 'try-rule') {
    const rule = checkedRule(typedRule(form));
    return { ruleTrial: { rule, trial: await tryRule(app.db, rule) } };
  }
  if (action === 'add') return added(await addRule(app, typedRule(form), by), 'is on the list now');
  if (action === 'restore') return added(await restoreRule(app, id, by), 'is back on the list');
  if (action === 'remove') {
    const rule = await removeRule(app, id, by);
    return {
      notice: { kind: 'good', title: `“${rule.entry}” is off the list.` },
      undo: { action: 'restore', id },
    };
  }
  throw new AppError('invalid', 'Nothing was changed: that is nothing that this page does.');
}

function added({ id, entry }: CommentRule, words: string): Omit<RuleActs, 'typed' | 'wrong'> {
  const title = `“${entry}” ${words}: it holds for what comes from now on.`;
  return { notice: { kind: 'good', title }, undo: { action: 'remove', id } };
}

function typedRule({ text }: Form) {
  return { list: text('list'), kind: text('kind'), entry: text('entry') };
}

function typedComment({ text }: Form) {
  return {
    name: text('name'),
    email: text('email'),
    website: text('website'),
    body: text('body'),
    network: text('network'),
    isVerified: text('verified') === 'on',
  };
}
