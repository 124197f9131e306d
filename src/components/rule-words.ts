import type { CommentRule } from '#core/comments/rules/rule-rows.ts';

export const LIST_WORDS: Record<CommentRule['list'], string> = {
  hold: 'Held for a person',
  block: 'Blocked: to Spam',
};

/** What an entry can be: how it is called, and what it may look like. */
export const KIND_WORDS: Record<CommentRule['kind'], { one: string; form: string }> = {
  words: { one: 'Word or phrase', form: 'in the text or the name, whole words: casino, work from home' },
  domains: { one: 'Domain', form: 'with all under it, in links, website or mail address: spam.example' },
  addresses: { one: 'Mail address', form: 'name@spam.example, or @spam.example for all there' },
  networks: { one: 'Network', form: '192.0.2.7, 192.0.2.0/24 or 2001:db8::/32' },
};
