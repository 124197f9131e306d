/**
 * The security headers of every answer, as a flat list.
 * Nothing is allowed but what a page of ours uses: its own styles, fonts, pictures and forms. No script at all.
 */
export function securityHeaders(siteUrl: URL): string[] {
  const policy = [
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
  ];
  return [
    ...['content-security-policy', policy.join('; ')],
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
