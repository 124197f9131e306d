import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { spawnPinned, untilAnswering } from '../../support/processes.ts';
import { freePort } from '../../support/test-site.ts';

/** Inserts the text of a comment, one transaction each, with synchronous=FULL and nothing else, in a process of its own. */
export async function startBareInserts() {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-bench-'));
  const started = spawnPinned('server', process.execPath, [import.meta.filename, 'inserts', dir], {
    ipc: true,
  });
  return {
    /** Inserts a second. */
    async run(ms: number): Promise<number> {
      started.child.send(ms);
      return ((await once(started.child, 'message')) as [number])[0];
    },
    async stop() {
      await started.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A Node server that reads a form and answers 303, and does nothing else. */
export async function startBarePosts() {
  const port = await freePort();
  const started = spawnPinned('server', process.execPath, [import.meta.filename, 'posts', String(port)]);
  await untilAnswering(port, '/');
  return { port, stop: () => started.stop() };
}

function beBareInserts(dir: string): void {
  const database = new Database(path.join(dir, 'bare.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table comment (id integer primary key, name text, email text, body text, at text)');
  const insert = database.prepare('insert into comment (name, email, body, at) values (?, ?, ?, ?)');
  const body = 'Remark: we saw the same, and it took us most of a day to find out why. '.repeat(2);
  process.on('message', (ms: number) => {
    const end = performance.now() + ms;
    let inserts = 0;
    for (; performance.now() < end; inserts++)
      insert.run(`Reader ${inserts}`, `reader-${inserts}@example.org`, body, new Date().toISOString());
    process.send?.(inserts / (ms / 1000));
  });
}

function beBarePosts(port: number): void {
  createServer(async (req, res) => {
    if (req.method === 'GET') return void res.end();
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    res
      .writeHead(303, { location: `/comments/${form.get('name')?.length ?? 0}/`, 'content-length': 0 })
      .end();
  }).listen(port, '127.0.0.1');
}

if (import.meta.main) {
  const [, , what, argument = ''] = process.argv;
  if (what === 'inserts') beBareInserts(argument);
  else beBarePosts(Number(argument));
}
