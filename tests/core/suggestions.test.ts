import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestions } from '#core/articles/suggestions.ts';
import { openTestApp, writeArticle } from '../support/test-app.ts';

test('a wrong address is answered with what it may have meant', async (t) => {
  const { library, config } = await openTestApp(t);
  writeArticle(config.contentDir, 'sim-swapping', { topics: ['mobile'], published: '2026-11-01' });
  writeArticle(config.contentDir, 'passkeys-explained', { topics: ['passwords'], published: '2026-11-02' });
  writeArticle(config.contentDir, 'ransomware-and-tested-backups', { published: '2026-11-03' });
  writeArticle(config.contentDir, 'secret-passkeys', { draft: true });
  library.reload();
  const near = (address: string) => {
    const { articles, topics, areNear } = suggestions(library, address);
    return [articles.map(({ slug }) => slug), topics.map(({ id }) => id), areNear];
  };
  assert.deepEqual(near('/articles/sim-swaping/'), [['sim-swapping'], [], true]);
  assert.deepEqual(near('/2019/03/passkeys.html'), [['passkeys-explained'], [], true]);
  assert.deepEqual(near('/articles/ransomwares/'), [['ransomware-and-tested-backups'], [], true]);
  assert.deepEqual(near('/topics/password/'), [[], ['passwords'], true]);
  const newest = ['ransomware-and-tested-backups', 'passkeys-explained', 'sim-swapping'];
  for (const far of ['/wp-login.php', '/', '/the/', '/%F0%9F%98%80/'])
    assert.deepEqual(near(far), [newest, [], false]);
});
