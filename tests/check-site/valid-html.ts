import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#core/platform/config.ts';
import { everyDocument, type SentDocument } from './documents.ts';
import { grouped, type Outcome } from './outcome.ts';
import type { Setting } from './setting.ts';

/** What the checker says and we do not follow, each with the reason. */
const EXPLAINED: readonly { message: RegExp; reason: string }[] = [
  {
    message: /^CSS: “mask”: .*gradient.* is not a “mask” value/,
    reason: 'a gradient is an image, and `mask` takes one (CSS Masking level 1, section 7.1)',
  },
];

interface Message {
  type: 'error' | 'info' | 'non-document-error';
  subType?: 'warning' | 'fatal';
  url?: string;
  lastLine?: number;
  message: string;
  extract?: string;
}

/** Every page that the site has, and its styles and drawings, by the Nu checker's rules. */
export async function* validHtml(setting: Setting): AsyncGenerator<Outcome> {
  const what = 'pages, styles and drawings by the Nu checker';
  if (!(await hasJava())) {
    yield { state: 'skipped', what, figures: 'no Java' };
    return;
  }
  const documents = await everyDocument(setting);
  const messages = (await checked(documents)).filter(
    ({ message }) => !EXPLAINED.some((known) => known.message.test(message)),
  );
  const errors = messages.filter(({ type }) => type !== 'info');
  const warnings = messages.filter(({ subType }) => subType === 'warning');
  const counts = (['html', 'css', 'svg'] as const).map(
    (type) => `${documents.filter((one) => one.type === type).length} ${type.toUpperCase()}`,
  );
  yield {
    state: errors.length > 0 ? 'failed' : 'passed',
    what,
    figures: `${counts.join(', ')}: ${grouped(errors.length)} errors, ${grouped(warnings.length)} warnings`,
    findings: [...errors, ...warnings].map((message) => inWords(message, documents)),
  };
}

async function hasJava(): Promise<boolean> {
  return promisify(execFile)('java', ['-version']).then(
    () => true,
    () => false,
  );
}

async function checked(documents: readonly SentDocument[]): Promise<Message[]> {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-'));
  try {
    const files = documents.map(({ type, text }, index) => {
      const file = path.join(dir, `${index}.${type}`);
      writeFileSync(file, text);
      return file;
    });
    const jar = path.join(projectRoot, 'node_modules/vnu-jar/build/dist/vnu.jar');
    const options = [
      '--also-check-css',
      '--also-check-svg',
      '--format',
      'json',
      '--stdout',
      '--exit-zero-always',
    ];
    const { stdout } = await promisify(execFile)('java', ['-jar', jar, ...options, ...files], {
      maxBuffer: 64 << 20,
    });
    return (JSON.parse(stdout) as { messages: Message[] }).messages;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function inWords(
  { type, subType, url = '', lastLine, message, extract }: Message,
  documents: readonly SentDocument[],
) {
  const { name } = documents[Number.parseInt(path.basename(url), 10)] ?? { name: url };
  const place = lastLine === undefined ? name : `${name}, line ${lastLine}`;
  return `${place}: ${subType ?? type}: ${message}${extract ? ` ${JSON.stringify(extract)}` : ''}`;
}
