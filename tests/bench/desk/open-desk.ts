import type { Newsroom } from '../../support/newsroom-on-disk.ts';

/** The desk of a site that is served, signed in. */
export interface Desk {
  /** Looks at a page: how long until it is whole, and how large it is. */
  look(at: string): Promise<{ ms: number; bytes: number; text: string }>;
  post(at: string, fields: Record<string, string>): Promise<void>;
}

/** Signs in by a link of the console. */
export async function openDesk(newsroom: Newsroom, origin: string): Promise<Desk> {
  const { stdout } = await newsroom.command('desk', 'link');
  const answer = await fetch(stdout.trim(), { method: 'POST', headers: { origin }, redirect: 'manual' });
  const cookie = answer.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');
  if (cookie === '') throw new Error(`the desk did not open: ${answer.status}`);
  return {
    async look(at) {
      const began = performance.now();
      const page = await fetch(origin + at, { headers: { cookie }, redirect: 'manual' });
      const text = await page.text();
      const ms = performance.now() - began;
      if (page.status !== 200) throw new Error(`${at} answered ${page.status}`);
      return { ms, bytes: Buffer.byteLength(text), text };
    },
    async post(at, fields) {
      const done = await fetch(origin + at, {
        method: 'POST',
        headers: { cookie, origin },
        body: new URLSearchParams(fields),
      });
      if (!done.ok) throw new Error(`${at} answered ${done.status}`);
    },
  };
}
