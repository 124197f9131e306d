import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Pinned, spawnPinned, untilAnswering } from '../../support/processes.ts';
import { freePort } from '../../support/test-site.ts';

/** An answer of ours, as it came, for the yardstick to give too. */
export interface SentAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** A server that gives the same bytes as ours, and does nothing else. */
export interface Yardstick {
  name: string;
  port: number;
  process: Pinned;
  stop(): Promise<void>;
}

/** What a server writes by itself. */
const OF_THE_SERVER = /^(?:date|connection|keep-alive|content-length|transfer-encoding|last-modified)$/i;

/** nginx with one worker, each answer under `/<its place>`; where there is no nginx, a Node server that knows no more. */
export async function startYardstick(answers: readonly SentAnswer[]): Promise<Yardstick> {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-'));
  const port = await freePort();
  const hasNginx = spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status === 0;
  const started = hasNginx ? startNginx(dir, port, answers) : startBareNode(dir, port, answers);
  await untilAnswering(port, '/0');
  return {
    name: hasNginx ? 'nginx' : 'a bare Node server',
    port,
    process: started,
    async stop() {
      await started.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

function startNginx(dir: string, port: number, answers: readonly SentAnswer[]): Pinned {
  const places = answers.map(({ status, headers, body }, place) => {
    writeFileSync(path.join(dir, String(place)), body);
    const own = headers.filter(
      ([name]) => !OF_THE_SERVER.test(name) && !/^(?:etag|content-type)$/i.test(name),
    );
    const type = headers.find(([name]) => name === 'content-type')?.[1] ?? 'text/html';
    return `location = /${place} { default_type "${type}"; etag ${status === 304 ? 'on' : 'off'};
      ${own.map(([name, value]) => `add_header ${name} ${JSON.stringify(value)};`).join('\n')}
      ${headers.some(([name]) => name === 'etag') && status !== 304 ? 'add_header etag "W/\\"2n8cn7Y6gF6tJp4sU0rY1w\\"";' : ''} }`;
  });
  mkdirSync(path.join(dir, 'temporary'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${dir}/temporary;`)
    .join(' ');
  writeFileSync(
    path.join(dir, 'nginx.conf'),
    `worker_processes 1; daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/errors;
    events { worker_connections 1024; }
    http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; types {}
      open_file_cache max=100 inactive=600s; ${temporary}
      server { listen 127.0.0.1:${port}; root ${dir}; ${places.join('\n')} } }`,
  );
  return spawnPinned('server', 'nginx', ['-c', path.join(dir, 'nginx.conf'), '-p', dir]);
}

function startBareNode(dir: string, port: number, answers: readonly SentAnswer[]): Pinned {
  const file = path.join(dir, 'answers.json');
  const told = answers.map(({ status, headers, body }) => ({
    status,
    headers: headers.filter(([name]) => !OF_THE_SERVER.test(name)).flat(),
    body: body.toString('base64'),
  }));
  writeFileSync(file, JSON.stringify({ port, answers: told }));
  return spawnPinned('server', process.execPath, [import.meta.filename, file]);
}

/** The bare Node server itself, in a process of its own. */
async function beBareNode(file: string): Promise<void> {
  const { readFileSync } = await import('node:fs');
  const { port, answers } = JSON.parse(readFileSync(file, 'utf8')) as {
    port: number;
    answers: { status: number; headers: string[]; body: string }[];
  };
  const known = answers.map(({ body, ...answer }) => ({ ...answer, body: Buffer.from(body, 'base64') }));
  createServer((req, res) => {
    const { status, headers, body } = known[Number(req.url?.slice(1))] as (typeof known)[number];
    res.writeHead(status, status === 304 ? headers : [...headers, 'content-length', String(body.length)]);
    res.end(status === 304 ? undefined : body);
  }).listen(port, '127.0.0.1');
}

if (import.meta.main) await beBareNode(process.argv[2] as string);
