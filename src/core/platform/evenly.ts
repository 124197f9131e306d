/** Longer than any of the work takes that is done so, a flush to a slow disk included. */
export const EVENLY_MS = 250;

/** Does work in what looks from outside like always the same time, so that the wait tells nothing of what was found. */
export async function evenly<T>(work: Promise<T>): Promise<T> {
  const [result] = await Promise.all([work, new Promise((resolve) => setTimeout(resolve, EVENLY_MS))]);
  return result;
}
