/** Where browsers tell what the policy has blocked. Short: it stands in the head of every answer. */
export const REPORTS_PATH = '/csp-reports/';

/** Nothing is allowed but what a page of ours uses: its own styles, fonts, pictures and forms. No script but for those below. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  // No page can ask for anything; but a tool that looks at one (Lighthouse) fetches robots.txt in its name.
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  `report-uri ${REPORTS_PATH}`,
];

/** The security headers of every answer, as a flat list. */
export function securityHeaders(siteUrl: URL): string[] {
  return [
    ...['content-security-policy', POLICY.join('; ')],
    ...['x-content-type-options', 'nosniff'],
    // Not no-referrer: browsers would then send `Origin: null` with our own forms.
    ...['referrer-policy', 'same-origin'],
    ...['cross-origin-opener-policy', 'same-origin'],
    ...['cross-origin-resource-policy', 'same-origin'],
    ...[
      'permissions-policy',
      'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()',
    ],
    ...['x-frame-options', 'DENY'],
    ...(siteUrl.protocol === 'https:'
      ? ['strict-transport-security', 'max-age=31536000; includeSubDomains']
      : []),
  ];
}

/** For files of content/: even an SVG that is opened by itself can do nothing. */
export const MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/** For a page of the desk that shows letters: each stands in a frame of its own. */
export const FRAMING_POLICY = [...POLICY, "frame-src 'self'"].join('; ');

/** For a page of the desk that a script of our own makes better; but for asking for a passkey, none is needed. */
export const SCRIPT_POLICY = [...POLICY, "script-src 'self'"].join('; ');

/** What the frame of a letter may do: its links open beside the desk. No script, no form, and the site is a stranger to it. */
export const LETTER_SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';

/** For a letter that is shown at the desk: its own looks and pictures of the site, and nothing from elsewhere. */
export const LETTER_HEADERS: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    `sandbox ${LETTER_SANDBOX}`,
  ].join('; '),
  'x-frame-options': 'SAMEORIGIN',
};

/** For a page that somebody saw in a drill: its looks stand in it, and it can do nothing. */
export const PLAYED_HEADERS: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    'sandbox',
  ].join('; '),
  'x-frame-options': 'SAMEORIGIN',
};
