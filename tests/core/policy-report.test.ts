import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportKinds } from '#core/desk/policy-report.ts';

const siteUrl = new URL('https://news.example.org');
const CSP = 'application/csp-report';
const REPORTS = 'application/reports+json; charset=utf-8';

function told(fields: Record<string, unknown>) {
  const report = {
    'document-uri': 'https://news.example.org/articles/a-story/',
    'effective-directive': 'img-src',
    'blocked-uri': 'https://pictures.example.net/a.png?reader=7',
    ...fields,
  };
  return reportKinds(CSP, JSON.stringify({ 'csp-report': report }), siteUrl);
}

test('of a report stays which directive blocked what origin on what kind of page', () => {
  assert.deepEqual(told({}), [
    {
      source: 'site',
      directive: 'img-src',
      blocked: 'https://pictures.example.net',
      page: '/articles/*/',
    },
  ]);
});

test('both forms in which browsers report are understood', () => {
  const body = {
    documentURL: 'https://news.example.org/',
    effectiveDirective: 'script-src-elem',
    blockedURL: 'inline',
    sourceFile: null,
  };
  const reports = [
    { type: 'deprecation', body: { id: 'x' } },
    { type: 'csp-violation', age: 3, url: 'https://news.example.org/', user_agent: 'Secret/1', body },
    'nonsense',
  ];
  const kind = { source: 'site', directive: 'script-src-elem', blocked: 'inline', page: '/' };
  assert.deepEqual(reportKinds(REPORTS, JSON.stringify(reports), siteUrl), [kind]);
  const old = { 'effective-directive': undefined, 'violated-directive': "style-src 'self'" };
  assert.equal(told(old)[0]?.directive, 'style-src');
});

test('no token, name or query of an address stays', () => {
  const page = (path: string) => told({ 'document-uri': `https://news.example.org${path}` })[0]?.page;
  const token = 'q3Xk-0f_Zp5R9c2bT7uV1wY4aD6eG8hJ0kL2mN4oP6s';
  assert.equal(page(`/newsletter/preferences/${token}/?a=${token}#b`), '/newsletter/preferences/*/');
  assert.equal(page(`/desk/sign-in/${token}/`), '/desk/sign-in/*/');
  assert.equal(page('/search/?q=my+illness'), '/search/');
  assert.equal(page('/a/b/c/d/e/f/g/h/'), '/*/*/*/*/*/');
  assert.equal(page('/%3Cscript%3E/'), '/*/');
});

test('what was blocked stays as an origin, a scheme or a word, and never as more', () => {
  const blocked = (uri: unknown) => told({ 'blocked-uri': uri })[0]?.blocked;
  assert.equal(blocked('data'), 'data:');
  assert.equal(blocked('data:text/html,<b>secret'), 'data:');
  assert.equal(blocked('eval'), 'eval');
  assert.equal(blocked('self'), 'this site');
  assert.equal(blocked('https://news.example.org/articles/x/?y'), 'this site');
  assert.equal(blocked('https://user:pass@tracker.example:8443/x'), 'https://tracker.example:8443');
  assert.equal(blocked('wss://sock.example/x'), 'wss://sock.example');
  assert.equal(blocked('http://пример.example/'), 'http://xn--e1afmkfd.example');
  for (const bad of ['', '<script>alert(1)</script>', 7, null, {}, `https://${'a.'.repeat(60)}example/`])
    assert.equal(blocked(bad), undefined, JSON.stringify(bad));
});

test('what extensions put into a page is counted apart, without the page', () => {
  const kind = (scheme: string) => ({
    source: 'extension',
    directive: 'img-src',
    blocked: `${scheme}:`,
    page: '',
  });
  assert.deepEqual(told({ 'blocked-uri': 'chrome-extension://abcdef/x.js' }), [kind('chrome-extension')]);
  assert.deepEqual(told({ 'blocked-uri': 'moz-extension' }), [kind('moz-extension')]);
  assert.deepEqual(told({ 'blocked-uri': 'inline', 'source-file': 'safari-web-extension://1/a.js' }), [
    kind('safari-web-extension'),
  ]);
});

test('what is no report about a page of ours is nothing', () => {
  assert.deepEqual(told({ 'document-uri': 'https://evil.example/' }), []);
  assert.deepEqual(told({ 'document-uri': 'http://news.example.org/' }), []);
  assert.deepEqual(told({ 'document-uri': 'about:blank' }), []);
  assert.deepEqual(told({ 'effective-directive': '<img src=x onerror=alert(1)>' }), []);
  assert.deepEqual(told({ 'effective-directive': '__proto__' }), []);
  for (const type of [CSP, REPORTS])
    for (const body of ['', '{', 'null', '[]', '7', '"x"', '{"csp-report":7}', '[[[[]]]]', '[null,{}]'])
      assert.deepEqual(reportKinds(type, body, siteUrl), [], `${type} ${body}`);
  assert.deepEqual(reportKinds('text/plain', '{"csp-report":{}}', siteUrl), []);
});

test('of many in one post only the first twenty are looked at', () => {
  const one = (n: number) => ({
    type: 'csp-violation',
    body: {
      documentURL: 'https://news.example.org/',
      effectiveDirective: 'img-src',
      blockedURL: `https://n${n}.example/`,
      sourceFile: '',
    },
  });
  const many = JSON.stringify(Array.from({ length: 100 }, (_, n) => one(n)));
  assert.equal(reportKinds(REPORTS, many, siteUrl).length, 20);
});
