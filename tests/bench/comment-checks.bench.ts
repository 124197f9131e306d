import { likenessKeys } from '../../src/core/comments/likeness/likeness.ts';
import { secondThoughts } from '../../src/core/comments/second-thoughts/second-thoughts.ts';
import { worstComments } from './comment-markup.bench.ts';
import { medianMs } from './timing.ts';

/** Beginnings of what is looked for, which never end in it, cut to a length; the tests use them too. */
export function worstForChecks(length: number): Map<string, string> {
  const repeated = Object.entries({
    digits: '4',
    'digits and spaces': '4 ',
    'digits and dashes': '4-',
    'card numbers': '4539 1488 0343 6466 ',
    'phone numbers': '+49 30 1234567 ',
    'beginnings of IBANs': 'DE89',
    'letters of IBANs': 'DE02 ',
    'passwords without one': 'password: ',
    'my my my': 'my ',
    'my passwords': 'my a b password a b c d ',
    'logins in addresses': 'a://a:',
    'one scheme without an end': 'a',
    'beginnings of JWTs': 'eyJhbGciOiJIUzI1NiJ9.',
    'one JWT without a dot': 'eyJhbGciOiJI',
    'beginnings of tokens': 'ghp_xoxb-sk-glpat-',
    'headings of private keys': '-----BEGIN RSA PRIVATE KEY-----',
    'dashes and capitals': '-----BEGIN ',
    'API keys without a value': 'api_key=secret_token=',
    'live links': 'https://a.exe ',
    'links that open brackets': 'https://(',
    'links outside ASCII': 'https://аррӏе.com/ ',
    'domains without an end': 'a.',
    'domains of letters and dashes': 'a-b.c-',
    'data addresses': 'data:text/html,',
    'mail addresses without a host': 'a@',
    handles: '@name telegram ',
    'words of one letter': 'a b ',
    'Chinese letters': '漢字',
  }).map(([name, part]): [string, string] => [name, part.repeat(Math.ceil(length / part.length))]);
  return new Map([
    ...worstComments(length),
    ...repeated.map(([name, text]) => [name, text.slice(0, length)] as const),
  ]);
}

/** Prints one line a text: the median of both checks, and how it grows from 5,000 characters to four times as many. */
function printBench(): void {
  const checks = {
    'second thoughts': (text: string) => secondThoughts(text, () => false),
    'likeness keys': (text: string) => likenessKeys({ body: text, website: null }),
  };
  const long = worstForChecks(20_000);
  for (const [check, run] of Object.entries(checks)) {
    console.log(`${check}, 5,000 characters: median ms | ms for 20,000 / ms for 5,000 (linear: 4)`);
    let worstMs = 0;
    for (const [name, text] of worstForChecks(5_000)) {
      for (let round = 0; round < 5; round += 1) run(text);
      const ms = medianMs(() => run(text), 15);
      worstMs = Math.max(worstMs, ms);
      const growth = medianMs(() => run(long.get(name) ?? ''), 5) / ms;
      console.log(`${ms.toFixed(3).padStart(8)} ${growth.toFixed(1).padStart(8)}  ${name}`);
    }
    console.log(`slowest: ${worstMs.toFixed(3)} ms (the rule: 50 ms)`);
  }
}

if (import.meta.main) printBench();
