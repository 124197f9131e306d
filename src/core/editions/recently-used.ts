/** Keeps what was made under a key, as many as `most`: what was not asked for the longest makes room. */
export class RecentlyUsed<V> {
  readonly #most: number;
  readonly #kept = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  of(key: string, make: () => V): V {
    const value = this.#kept.get(key) ?? make();
    this.#kept.delete(key); // last in a Map is what was set last
    this.#kept.set(key, value);
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value ?? '');
    return value;
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }
}
