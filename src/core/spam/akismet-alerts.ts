/**
 * Akismet's alert codes in words for whoever runs the site.
 * From its list of response error codes (akismet.com/developers/detailed-docs/errors), the 105xx from the stages
 * over the limit that its plugin for WordPress names.
 */
const ALERTS: Readonly<Record<string, string>> = {
  10001: 'The key is an expired one of Yahoo! Small Business. Get a key of your own at akismet.com.',
  10003: 'The Personal plan does not cover this use. Choose a larger plan at akismet.com.',
  10005: 'Somebody else may be using the key. Get a new one at akismet.com.',
  10006: 'The subscription is suspended for improper use. Write to Akismet’s support.',
  10007: 'The key is used on more sites than the plan allows.',
  10008: 'The key is used on more sites than the plan allows.',
  10009: 'The subscription is suspended for overuse. Choose a larger plan at akismet.com.',
  10010:
    'The plan does not suit this site, so Akismet suspends the subscription. Choose another at akismet.com.',
  10011: 'The plan is too small for the number of checks. Choose a larger one at akismet.com.',
  10402: 'The key is suspended, as it was not paid for.',
  10403: 'The owner of the key has withdrawn it from this site.',
  10404: 'This site is not among those that may use the key. Add it in your Akismet account.',
  10501: 'The plan’s limit of checks was passed this month.',
  10502: 'The plan’s limit of checks was passed for a second month.',
  10504: 'The plan’s limit of checks is near for a third month; after it Akismet refuses checks.',
  10508:
    'The plan’s limit of checks was passed for a third month: Akismet may refuse checks until the month ends.',
  10516: 'The plan’s limit of checks was passed for four months or more: Akismet may refuse checks.',
  30001: 'The Personal plan no longer covers the number of checks. Choose a larger one at akismet.com.',
};

/**
 * An alert in words: ours where the code is known, else Akismet's own.
 *
 * @param message as Akismet sent it, already cleaned
 */
export function alertInWords(code: string | undefined, message: string | undefined): string | undefined {
  if (code === undefined) return message;
  const known = Object.hasOwn(ALERTS, code) ? ALERTS[code] : undefined;
  return known ?? (message ? `${message} (alert ${code})` : `Akismet sent the alert ${code}.`);
}
