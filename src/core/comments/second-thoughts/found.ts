/** What a writer may not have meant to tell everybody. */
export type GiveawayKind = 'password' | 'key' | 'token' | 'personal-number';

/** Something in a text, from its first character to the one after its last. */
export interface Found<Kind extends string = GiveawayKind> {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** Enough of it to be found again, too little to be used. */
  readonly shown: string;
  /** One sentence: what it looks like, and why to think again. */
  readonly words: string;
}

/** The first characters of a secret: a third of it, and no more than `most`. */
export function masked(secret: string, most: number): string {
  const characters = [...secret.slice(0, 2 * most)];
  return `${characters.slice(0, Math.min(most, Math.ceil(secret.length / 3))).join('')}…`;
}
