import { createCssVariablesTheme, createHighlighterCoreSync, type HighlighterCore } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import bash from 'shiki/langs/bash.mjs';
import c from 'shiki/langs/c.mjs';
import diff from 'shiki/langs/diff.mjs';
import http from 'shiki/langs/http.mjs';
import ini from 'shiki/langs/ini.mjs';
import javascript from 'shiki/langs/javascript.mjs';
import json from 'shiki/langs/json.mjs';
import powershell from 'shiki/langs/powershell.mjs';
import python from 'shiki/langs/python.mjs';
import sql from 'shiki/langs/sql.mjs';
import yaml from 'shiki/langs/yaml.mjs';
import { escapeHtml } from '../platform/safe-html.ts';

let highlighter: HighlighterCore | undefined;

/** Code as escaped HTML; tokens become classes (`tok-…`), never style attributes: a strict CSP needs no exception. */
export function highlightedCode(code: string, language: string | undefined): string {
  highlighter ??= newHighlighter(); // compiling the grammars takes a while: not before the first code is shown
  if (!language || !highlighter.getLoadedLanguages().includes(language)) return escapeHtml(code);
  const { tokens } = highlighter.codeToTokens(code, { lang: language, theme: 'classes' });
  return tokens.map((line) => line.map((token) => coloured(token.content, token.color)).join('')).join('\n');
}

function newHighlighter(): HighlighterCore {
  return createHighlighterCoreSync({
    themes: [createCssVariablesTheme({ name: 'classes', variablePrefix: '--tok-', fontStyle: false })],
    langs: [bash, c, diff, http, ini, javascript, json, powershell, python, sql, yaml],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
}

function coloured(text: string, colour: string | undefined): string {
  const name = colour?.match(/^var\(--tok-(?:token-)?([\w-]+)\)$/)?.[1];
  return name && name !== 'foreground'
    ? `<span class="tok-${name}">${escapeHtml(text)}</span>`
    : escapeHtml(text);
}
