import { z } from 'zod';
import { jsonAs } from '../platform/json.ts';

/** One kind of violation of the content security policy: what was blocked where; nothing of who met it. */
export interface ReportKind {
  source: 'site' | 'extension';
  directive: string;
  blocked: string;
  page: string;
}

/** How browsers send them: `report-uri` of CSP 2, and the Reporting API. */
const CSP_REPORT = /^application\/csp-report\b/i;
const REPORTS = /^application\/reports\+json\b/i;

/** In one post; more are not looked at. */
const MOST_IN_ONE = 20;

/**
 * What browsers say that the policy has blocked on pages of ours. It is a stranger's word: of each field only what is
 * known to be harmless is kept, and what does not look like a report of ours is none.
 */
export function reportKinds(contentType: string, body: string, siteUrl: URL): ReportKind[] {
  return violationsIn(contentType, body).flatMap((violation) => kindOf(violation, siteUrl));
}

const word = z.string().catch('');
const cspReport = z.object({
  'csp-report': z
    .object({
      'document-uri': word,
      'effective-directive': word,
      'violated-directive': word, // alone in older browsers, with all of its value
      'blocked-uri': word,
      'source-file': word,
    })
    .transform((told) => ({
      page: told['document-uri'],
      directive: told['effective-directive'] || told['violated-directive'],
      blocked: told['blocked-uri'],
      sourceFile: told['source-file'],
    })),
});
const violation = z
  .object({
    type: z.literal('csp-violation'),
    body: z.object({ documentURL: word, effectiveDirective: word, blockedURL: word, sourceFile: word }),
  })
  .transform(({ body }) => ({
    page: body.documentURL,
    directive: body.effectiveDirective,
    blocked: body.blockedURL,
    sourceFile: body.sourceFile,
  }));

type Violation = z.output<typeof violation>;

function violationsIn(contentType: string, body: string): Violation[] {
  if (CSP_REPORT.test(contentType)) {
    const told = jsonAs(cspReport, body);
    return told ? [told['csp-report']] : [];
  }
  if (!REPORTS.test(contentType)) return [];
  const told = jsonAs(z.array(z.unknown()), body) ?? [];
  return told.slice(0, MOST_IN_ONE).flatMap((one) => violation.safeParse(one).data ?? []);
}

function kindOf(told: Violation, siteUrl: URL): ReportKind[] {
  const directive = DIRECTIVES.find((one) => one === told.directive.split(' ', 1)[0]);
  const page = urlOf(told.page);
  if (!directive || page?.origin !== siteUrl.origin) return [];
  const extension = [told.blocked, told.sourceFile].map(schemeOf).find((scheme) => EXTENSION.test(scheme));
  if (extension) return [{ source: 'extension', directive, blocked: extension, page: '' }];
  const blocked = blockedWords(told.blocked, siteUrl);
  return blocked === undefined ? [] : [{ source: 'site', directive, blocked, page: pattern(page) }];
}

/** Extensions put things into every page, which our policy then blocks: no fault of the site. */
const EXTENSION = /^(?:chrome|moz|safari|safari-web|ms-browser|edge|opera)-extension:$/;

function schemeOf(told: string): string {
  return `${/^[a-z][a-z-]{0,30}(?=$|:)/.exec(told)?.[0] ?? ''}:`;
}

const WORDS = ['inline', 'eval', 'wasm-eval', 'trusted-types-policy', 'trusted-types-sink'];
/** No path and no query: they may hold what is the reader's. */
const ORIGIN_MAX = 100;

/** The origin of what was blocked, a bare scheme, or the browser's own word; undefined for anything else. */
function blockedWords(blocked: string, siteUrl: URL): string | undefined {
  if (WORDS.includes(blocked)) return blocked;
  if (blocked === 'self') return 'this site';
  const scheme = /^([a-z][a-z0-9+.-]{0,30}):?$/.exec(blocked)?.[1]; // browsers cut `data:…` down to `data`
  if (scheme !== undefined) return `${scheme}:`;
  const url = urlOf(blocked);
  if (!url) return undefined;
  if (url.origin === siteUrl.origin) return 'this site';
  const origin = /^(?:https?|wss?):$/.test(url.protocol) ? `${url.protocol}//${url.host}` : url.protocol;
  return origin.length <= ORIGIN_MAX && /^[a-z0-9+.:/[\]_-]+$/.test(origin) ? origin : undefined;
}

function urlOf(told: string): URL | undefined {
  return URL.canParse(told) ? new URL(told) : undefined;
}

/** Addresses may hold tokens and names: of a path only our own words stay. */
function pattern({ pathname }: URL): string {
  const parts = pathname.split('/').filter(Boolean);
  const shown = parts.slice(0, DEEPEST).map((part) => (OWN_WORDS.has(part) ? part : '*'));
  return `/${shown.map((part) => `${part}/`).join('')}`;
}

const DEEPEST = 5;
const OWN_WORDS = new Set(
  `about account archive articles audit authors comments confirm decide desk digest drill edition editions figures
  genuine join letter letters link mail mine newsletter next not-me notices people preferences preview privacy
  search security series sign-in step-up stop subscribers topics unsubscribe`.split(/\s+/),
);

/** CSP level 3, and what older browsers still name. */
const DIRECTIVES =
  `base-uri child-src connect-src default-src fenced-frame-src font-src form-action frame-ancestors
  frame-src img-src manifest-src media-src navigate-to object-src plugin-types prefetch-src require-trusted-types-for
  sandbox script-src script-src-attr script-src-elem style-src style-src-attr style-src-elem trusted-types
  worker-src`.split(/\s+/);
