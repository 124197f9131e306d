import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '#core/platform/config.ts';

/** Where the collected attacks are, beside the project; they are not part of it. */
const CORPUS = path.join(projectRoot, '..', 'shared', 'corpora', 'xss');

/** Some of each kind, which every run tries. */
export const OWN_ATTACKS: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "'><details open ontoggle=alert(1)>",
  '<a href="javascript:alert(1)" autofocus onfocus=alert(1)>x</a>',
  '[x](javascript:alert(1))',
  '[x](https://a.example/"onmouseover="alert(1))',
  '<https://a.example/"autofocus/onfocus="alert(1)>',
  '![x](https://away.example/x.png)',
  '<img src="https://away.example/x.png">',
  '<style>body{background:url(https://away.example/y.png)}</style>',
  '<link rel=stylesheet href=https://away.example/z.css>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<base href=https://away.example/>',
  '<meta http-equiv=refresh content="0;url=https://away.example/">',
  '</textarea><img src=x onerror=alert(1)>',
  '</title><img src=x onerror=alert(1)>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '`<img src=x onerror=alert(1)>`',
  '```\n</code></pre><img src=x onerror=alert(1)>\n```',
  'https://a.example/<img/src/onerror=alert(1)>',
  ']]><img src=x onerror=alert(1)>',
  '\u{2028}<img src=x onerror=alert(1)>\u{2029}',
  '&lt;img src=x onerror=alert(1)&gt;',
];

/** Every collected attack, those first that do harm where nothing is done against them; undefined where there are none. */
export function collectedAttacks(): string[] | undefined {
  if (!existsSync(CORPUS)) return undefined;
  const all = ['vectors.json', 'bulk-payloadbox.json'].flatMap(
    (file) =>
      JSON.parse(readFileSync(path.join(CORPUS, file), 'utf8')) as { payload: string; firesRaw: boolean }[],
  );
  return all
    .toSorted((one, other) => Number(other.firesRaw) - Number(one.firesRaw))
    .map(({ payload }) => payload);
}
