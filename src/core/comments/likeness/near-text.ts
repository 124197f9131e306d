const BANDS = 8;
const HASHES_PER_BAND = 5;

/**
 * Names of texts that are nearly the same: MinHash over pairs of words, in eight bands of five (Broder 1997;
 * Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4). Two texts that have the share s of
 * their pairs in common share a band with probability 1 - (1 - s^5)^8: 96 % at s = 0.8, 2 % at 0.3, and one in
 * 40,000 at 0.05, which is what texts about one subject have.
 * Pairs, not longer runs: a template that changes each tenth word keeps two thirds of its pairs, and half its triples.
 */
export function nearTextBands(words: readonly string[]): string[] {
  const smallest = smallestHashes(pairHashes(words));
  return Array.from({ length: BANDS }, (_, band) => {
    const start = band * HASHES_PER_BAND;
    return `${band}:${smallest.subarray(start, start + HASHES_PER_BAND).join()}`;
  });
}

function pairHashes(words: readonly string[]): Set<number> {
  const hashes = words.map(hashOf);
  return new Set(hashes.slice(1).map((hash, place) => mix(Math.imul(hashes[place] ?? 0, 31) + hash)));
}

/** For each of forty ways to number the pairs the smallest number. */
function smallestHashes(pairs: ReadonlySet<number>): Uint32Array {
  const smallest = new Uint32Array(BANDS * HASHES_PER_BAND).fill(0xffff_ffff);
  for (const pair of pairs) {
    for (let way = 0; way < smallest.length; way += 1) {
      const number = mix(pair ^ Math.imul(way + 1, 0x9e37_79b9));
      if (number < (smallest[way] ?? 0)) smallest[way] = number;
    }
  }
  return smallest;
}

/** FNV-1a, 32 bits, over UTF-16. */
function hashOf(word: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x0100_0193);
  return hash >>> 0;
}

/** MurmurHash3's last step: each bit of the input changes half of the output's. */
function mix(number: number): number {
  let mixed = number;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
