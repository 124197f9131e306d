import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKnown, Versions, versionHeaders } from '#server/versions.ts';
import { TestClock } from '../support/test-app.ts';

const NOW = '2026-11-24T09:00:00.500Z';
const page = (text: string) => Buffer.from(text);
const seconds = (time: string) => Date.parse(time) / 1000;

test('a page is of the date that it gives, but not of the future; else of when it was first seen', () => {
  const versions = new Versions(new TestClock(NOW));
  assert.deepEqual(versionHeaders(versions.of('/rss.xml', page('a'), new Date('2026-11-01T08:00:00Z'))), {
    etag: 'W/"ypeBEsobvcr6wjGzmiPcTa"',
    'last-modified': 'Sun, 01 Nov 2026 08:00:00 GMT',
  });
  assert.equal(
    versions.of('/b', page('b'), new Date('2027-01-01')).modified,
    seconds('2026-11-24T09:00:00Z'),
  );
  assert.equal(versions.of('/c', page('c')).modified, seconds('2026-11-24T09:00:00Z'));
});

test('a page that is rendered again to the same bytes is the same version', () => {
  const clock = new TestClock(NOW);
  const versions = new Versions(clock);
  const first = versions.of('/', page('a'));
  clock.advance(60_000);
  assert.deepEqual(versions.of('/', page('a')), first);
});

test('every change makes a newer date, within one second and without a date of its own', () => {
  const versions = new Versions(new TestClock(NOW));
  const date = new Date('2026-11-01T08:00:00Z');
  assert.deepEqual(
    ['a', 'b', 'c'].map((text) => versions.of('/rss.xml', page(text), date).modified - date.getTime() / 1000),
    [0, 1, 2],
  );
  assert.deepEqual(
    ['a', 'b', 'c'].map((text) => versions.of('/', page(text)).modified - seconds('2026-11-24T09:00:00Z')),
    [0, 1, 2],
  );
});

test('a tag is known in any list, weak or strong, and only as a whole', () => {
  const version = { etag: 'W/"abc"', modified: 0 };
  for (const tags of ['W/"abc"', '"abc"', '"x", W/"abc"', 'W/"x,y","abc" , "z"', '*', ' * '])
    assert.ok(isKnown({ 'if-none-match': tags }, version), tags);
  for (const tags of ['"ab"', '"abcd"', 'abc', '', '"x", W/"y"', '"*"'])
    assert.ok(!isKnown({ 'if-none-match': tags }, version), tags);
});

test('a date is believed only without a tag, and only where it is one of HTTP', () => {
  const version = { etag: 'W/"abc"', modified: seconds('2026-11-24T09:00:00Z') };
  const known = (since: string, tags?: string) =>
    isKnown(
      { 'if-modified-since': since, ...(tags === undefined ? {} : { 'if-none-match': tags }) },
      version,
    );
  assert.ok(known('Tue, 24 Nov 2026 09:00:00 GMT'));
  assert.ok(known('Wed, 25 Nov 2026 09:00:00 GMT'));
  assert.ok(!known('Tue, 24 Nov 2026 08:59:59 GMT'));
  assert.ok(!known('Tue, 24 Nov 2026 09:00:00 GMT', '"other"'));
  assert.ok(known('Tue, 24 Nov 2026 08:00:00 GMT', '"abc"'));
  for (const wrong of ['2026-11-25', 'tomorrow', '', 'GMT', '9999999999999 GMT'])
    assert.ok(!known(wrong), wrong);
});
