/** Messages as mail systems send them to a bounce address, with what a test says of them put in. */

const CRLF = '\r\n';

export interface Returned {
  to?: string;
  /** The letter that came back, as header lines. */
  original?: readonly string[];
}

/** One recipient's block of a delivery status notification. */
export function block(fields: Record<string, string>): string {
  return Object.entries({ Action: 'failed', ...fields })
    .map(([name, value]) => `${name}: ${value}`)
    .join(CRLF);
}

/** A report as in RFC 3464: words, blocks, and the header of the letter that came back. */
export function statusReport(
  blocks: readonly string[],
  {
    to = 'bounces@news.test',
    original = [],
    words = 'It could not be delivered.',
  }: Returned & { words?: string } = {},
): Buffer {
  return message(
    {
      From: 'Mail Delivery System <MAILER-DAEMON@mx.example.net>',
      To: to,
      Subject: 'Undelivered Mail Returned to Sender',
      'Auto-Submitted': 'auto-replied',
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary="part"',
    },
    multipart([
      ['text/plain; charset=utf-8', words],
      ['message/delivery-status', ['Reporting-MTA: dns; mx.example.net', ...blocks].join(CRLF + CRLF)],
      ['text/rfc822-headers', original.join(CRLF)],
    ]),
  );
}

/** A provider's report on what a reader did with a letter (RFC 5965). */
export function feedbackReport(
  type: string,
  fields: readonly string[],
  { to = 'bounces@news.test', original = [] }: Returned = {},
): Buffer {
  return message(
    {
      From: 'feedback@provider.example',
      To: to,
      Subject: 'FW: a letter',
      'Content-Type': 'multipart/report; report-type=feedback-report; boundary="part"',
    },
    multipart([
      ['text/plain', 'This is an abuse report.'],
      [
        'message/feedback-report',
        [`Feedback-Type: ${type}`, 'User-Agent: Test/1', 'Version: 1', ...fields].join(CRLF),
      ],
      ['message/rfc822', [...original, '', 'The letter.'].join(CRLF)],
    ]),
  );
}

export function message(headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([...lines, '', body].join(CRLF));
}

function multipart(parts: readonly (readonly [type: string, body: string])[]): string {
  const all = parts.map(([type, body]) => [`--part`, `Content-Type: ${type}`, '', body].join(CRLF));
  return [...all, '--part--', ''].join(CRLF);
}
