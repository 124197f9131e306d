import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import type { App } from '#core/app.ts';
import { SCENES, type SceneName, type ScenePlayed } from '#core/desk/drills.ts';
import { playScene } from '#server/drill/play-drill.ts';
import { type OpenStage, SCENE, type Scene } from '#server/drill/scene.ts';
import { standingAlone } from '#server/drill/seen-page.ts';
import type { StageOptions } from '#server/drill/stage.ts';
import { copiedContent, temporaryFolder, writeArticle } from '../support/test-app.ts';

/** Plays a scene of a small site; the settings are all that a drill knows of the real one. */
function play(
  t: TestContext,
  name: SceneName,
  scene: Scene = SCENE[name],
  contentDir = smallSite(t),
): ReturnType<typeof playScene> {
  return playScene(name, scene, { contentDir }, mkdtempSync(path.join(temporaryFolder(t), 'drill-')));
}

function smallSite(t: TestContext): string {
  const contentDir = path.join(temporaryFolder(t), 'content');
  writeArticle(contentDir, 'one', { published: '2026-11-01T08:00:00Z' });
  return contentDir;
}

/** What was not as it must be. */
function wrongs({ held }: ScenePlayed): string[] {
  return held.filter(({ isTrue }) => !isTrue).map(({ words }) => words);
}

describe('what is played', { concurrency: false }, () => {
  for (const name of SCENES) {
    test(`${name}: the product keeps the house rule, and pages were seen by readers or the writer`, async (t) => {
      const { played, pages, fault } = await play(t, name);
      assert.equal(fault, undefined);
      assert.deepEqual(wrongs(played), []);
      assert.equal(played.outcome, 'held');
      assert.ok(played.held.length >= 8, 'enough is looked at');
      assert.ok(played.seen.length >= 3 || name === 'akismet-silent');
      for (const { words, page } of played.seen) {
        assert.notEqual(words, '');
        assert.match(pages[page ?? ''] ?? '', /<main\b/);
      }
    });
  }

  test('on the content that ships with the project it can be played too', async (t) => {
    const { played } = await play(t, 'relay-refusing', SCENE['relay-refusing'], copiedContent(t));
    assert.deepEqual(wrongs(played), []);
  });
});

describe('a product that breaks the rule is found out', { concurrency: false }, () => {
  test('a comment that was not checked is called spam', async (t) => {
    const scene = onDatabase(
      SCENE['akismet-silent'],
      sql`create trigger hasty after update of reason on comment when new.reason = 'filter-silent'
          begin update comment set state = 'spam' where id = new.id; end`,
    );
    const { played } = await play(t, 'akismet-silent', scene);
    assert.equal(played.outcome, 'broken');
    assert.ok(wrongs(played).includes('Nothing was published or called spam for want of an answer.'));
  });

  test('a letter that the relay never got is marked as sent', async (t) => {
    const scene = onDatabase(
      SCENE['relay-refusing'],
      sql`create trigger hasty after update of state on delivery when new.state = 'deferred'
          begin update delivery set state = 'sent' where id = new.id; end`,
    );
    const { played } = await play(t, 'relay-refusing', scene);
    assert.equal(played.outcome, 'broken');
    assert.ok(wrongs(played).includes('While nobody was there, nothing was marked as sent.'));
    assert.ok(wrongs(played).includes('Then every letter went out by itself, exactly once.'));
  });

  test('a letter is sent twice', async (t) => {
    const scene = onDatabase(
      SCENE['relay-refusing'],
      sql`create trigger doubling after update of state on delivery
          when new.state = 'sent' and new.recipient = 'reader-1@drill-1.invalid' and new.attempts < 9
          begin update delivery set state = 'queued', attempts = 9 where id = new.id; end`,
    );
    const { played } = await play(t, 'relay-refusing', scene);
    assert.ok(wrongs(played).includes('Then every letter went out by itself, exactly once.'));
  });

  test('a session elsewhere outlives the recovery, and a code is good twice', async (t) => {
    const kept = onDatabase(
      SCENE['passkey-lost'],
      sql`create trigger kept before delete on session begin select raise(ignore); end`,
    );
    assert.ok(wrongs((await play(t, 'passkey-lost', kept)).played).includes('The session elsewhere ended.'));
    const unspent = onDatabase(
      SCENE['passkey-lost'],
      sql`create trigger unspent after update of used_at on recovery_code when new.used_at is not null
          begin update recovery_code set used_at = null where hash = new.hash; end`,
    );
    const { played } = await play(t, 'passkey-lost', unspent);
    assert.ok(wrongs(played).includes('The same code lets nobody in a second time.'));
    assert.ok(wrongs(played).includes('The code is spent, and the others are not.'));
  });

  test('nobody gets in while the disk is full, as no room is kept for it', async (t) => {
    const scene = withApp(SCENE['disk-full'], (app) => ({
      ...app,
      config: { ...app.config, dataDir: path.join(app.config.dataDir, 'elsewhere') },
    }));
    const { played } = await play(t, 'disk-full', scene);
    assert.equal(played.outcome, 'broken');
    assert.ok(wrongs(played).some((words) => words.startsWith('A recovery code signs in')));
  });

  test('a scene that breaks off is no scene that was held, and the page does not tell of files', async (t) => {
    const scene: Scene = async () => {
      throw new Error('ENOENT: no such file /srv/watchpost/x');
    };
    const { played, fault } = await play(t, 'disk-full', scene);
    assert.equal(played.outcome, 'broken');
    assert.match(fault ?? '', /srv/);
    assert.doesNotMatch(JSON.stringify(played), /srv/);
  });
});

test('a site without an article has nothing to play a comment or a digest with, and says so', async (t) => {
  const contentDir = path.join(smallSite(t), 'empty');
  writeArticle(contentDir, 'draft', { draft: true });
  for (const name of ['akismet-silent', 'relay-refusing'] as const) {
    const { played } = await play(t, name, SCENE[name], contentDir);
    assert.equal(played.outcome, 'not-played');
    assert.match(played.why ?? '', /No article|No edition/);
  }
});

test('a page of a drill stands alone: it fetches nothing, runs nothing and cannot be pressed', async () => {
  const shown = await standingAlone(
    '<link rel="stylesheet" href="/_astro/gone.css"><link rel="icon" href="/favicon.svg"><script src="/x.js"></script><body class="desk"><a href="/">Home</a>',
  );
  assert.equal(shown, '<style></style><body inert class="desk"><a href="/">Home</a>');
});

/** The same scene, with a fault in what the app is made of. */
function withApp(scene: Scene, alter: (app: App) => App): Scene {
  return (played, open) => {
    const faulty: OpenStage = (options = {}, after) => {
      const given = (dataDir: string): StageOptions => ({
        ...(typeof options === 'function' ? options(dataDir) : options),
        alter,
      });
      return open(given, after);
    };
    return scene(played, faulty);
  };
}

/** The same scene, with a fault in the database: what the product writes there comes to something else. */
function onDatabase(scene: Scene, fault: ReturnType<typeof sql>): Scene {
  return (played, open) =>
    scene(played, async (options, after) => {
      const stage = await open(options, after);
      await fault.execute(stage.app.db);
      return stage;
    });
}
