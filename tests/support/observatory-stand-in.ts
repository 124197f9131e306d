import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Asks as the Observatory does, by axios and for both schemes, and grades by whether there is a policy. */
const SCAN = `import axios from 'axios';
import fs from 'node:fs';

class Policy { static title = 'A policy'; }
class Surroundings { static title = 'What it can do'; }

export async function scan(host) {
  const outcomes = [];
  for (const scheme of ['http', 'https']) {
    try {
      outcomes.push(await axios.get(scheme + '://' + host + '/'));
    } catch (error) {
      if (error.code !== 'ECONNREFUSED') throw error;
    }
  }
  const [answer] = outcomes;
  const pass = outcomes.length === 1 && answer.status === 200
    && answer.headers['content-security-policy'].startsWith("default-src 'none'");
  const policy = Object.assign(new Policy(), {
    pass, scoreModifier: pass ? 5 : -25, scoreDescription: '<p>It has <code>&lt;one&gt;</code></p>',
  });
  const preloaded = fs.readFileSync(import.meta.dirname + '/../conf/hsts-preload.json', 'utf8');
  let reads = 'reads';
  try { fs.readFileSync('/etc/hosts'); } catch (error) { reads = error.code; }
  let writes = 'writes';
  try { fs.writeFileSync('/tmp/never', ''); } catch (error) { writes = error.code; }
  const elsewhere = await axios.get('http://127.0.0.1:9/').then(() => 'reached', (error) => error.code);
  const surroundings = Object.assign(new Surroundings(), {
    pass: false, scoreModifier: 0,
    scoreDescription: [preloaded, reads, writes, elsewhere, Object.keys(process.env).length].join(' '),
  });
  return { scan: { grade: pass ? 'A+' : 'F', score: pass ? 105 : 0 }, tests: { policy, surroundings } };
}
`;

/** As much of axios as that needs: what asks goes through the adapter that was set. */
const AXIOS = `const axios = {
  defaults: { adapter: () => { throw new Error('it asked the network'); } },
  get: (url) => axios.defaults.adapter({ url, method: 'get', headers: {} }),
};
export default axios;
`;

/** A small package in the Observatory's place. @returns what NODE_PATH is to be for it to be found */
export function observatoryStandIn(folder: string): string {
  const modules = path.join(folder, 'node_modules');
  writePackage(path.join(modules, '@mdn/mdn-http-observatory'), 'src/index.js', SCAN);
  writePackage(path.join(modules, 'axios'), 'index.js', AXIOS);
  return modules;
}

function writePackage(dir: string, main: string, source: string): void {
  mkdirSync(path.dirname(path.join(dir, main)), { recursive: true });
  writeFileSync(path.join(dir, main), source);
  const about = { name: path.basename(dir), version: '0.0.1', type: 'module', main };
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify(about));
}
