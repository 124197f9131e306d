import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openSqlite } from '#core/platform/db.ts';
import { insertPublished } from '../../support/published-comment.ts';
import { OUTAGE_FILE } from './measured-pages.ts';

const ARTICLES = 10_000;
const COMMENTS = 100_000;
/** About what an article of the shipped content weighs. */
const BODY_BYTES = 4_300;

/** Writes 10,000 articles (48 MB), each with a text of its own, into a content folder. */
export function writeArticles(contentDir: string): void {
  const whole = readFileSync(OUTAGE_FILE, 'utf8').split('---\n').slice(2).join('---\n');
  const words = whole.split(' ');
  mkdirSync(path.join(contentDir, 'articles'), { recursive: true });
  for (let number = 0; number < ARTICLES; number++) {
    const at = (number * 37) % words.length;
    const body = [...words.slice(at), ...words.slice(0, at)].join(' ').slice(0, BODY_BYTES);
    const published = new Date(Date.UTC(2010, 0, 1) + number * 50_000_000).toISOString();
    const front = [
      `title: Story ${number} of things that fail, and what to do about them`,
      'dek: It is supposed to keep criminals out of your account, not you.',
      `published: ${published}`,
      'topics: [authentication, cloud]',
      'severity: high',
      'affected: [Office 365, Azure Active Directory]',
      'status: resolved',
      'actions:\n  - Leave multi-factor authentication switched on.\n  - Check your service health page.',
      `updates:\n  - at: ${published}\n    text: First published.`,
    ];
    writeFileSync(
      path.join(contentDir, 'articles', `story-${number}.md`),
      `---\n${front.join('\n')}\n---\n${body}\n`,
    );
  }
}

/** Publishes 100,000 comments, ten under each of those articles. */
export async function publishComments(dataDir: string): Promise<void> {
  const db = openSqlite(path.join(dataDir, 'watchpost.sqlite'));
  await db.transaction().execute(async (trx) => {
    for (let number = 0; number < COMMENTS; number++) {
      await insertPublished(trx, {
        article: `story-${number % ARTICLES}`,
        name: `Reader ${number % 5000}`,
        body: `Remark ${number}: we saw the same, and it took us most of a day.`,
        at: new Date(Date.UTC(2024, 0, 1) + number * 60_000).toISOString(),
      });
    }
  });
  await db.destroy();
}
