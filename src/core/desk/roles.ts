import type { Role } from '#db/schema.ts';

export type { Role };

export const ROLES: readonly Role[] = ['owner', 'editor', 'moderator'];

/** What each role is for, where one is chosen. */
export const ROLE_WORDS: Record<Role, string> = {
  owner: 'Owner: everything, people too',
  editor: 'Editor: articles, editions and comments',
  moderator: 'Moderator: comments',
};

const EVERYBODY: readonly Role[] = ROLES;
const EDITORS: readonly Role[] = ['owner', 'editor'];
const OWNERS: readonly Role[] = ['owner'];

/** Who may be where at the desk. Kept mail and subscribers are readers' own things: for owners alone. */
const AREAS = {
  today: EVERYBODY,
  account: EVERYBODY,
  comments: EVERYBODY,
  articles: EDITORS,
  editions: EDITORS,
  figures: EDITORS,
  subscribers: OWNERS,
  mail: OWNERS,
  audit: OWNERS,
  security: OWNERS,
  people: OWNERS,
  owner: OWNERS,
} satisfies Record<string, readonly Role[]>;

/** A part of the desk. */
export type Area = keyof typeof AREAS;

export function isFor(role: Role, area: Area): boolean {
  return rolesFor(area).includes(role);
}

export function rolesFor(area: Area): readonly Role[] {
  return AREAS[area];
}
