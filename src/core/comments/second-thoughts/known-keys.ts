import { type Found, masked } from './found.ts';
import { isPlaceholder } from './random-values.ts';

/** Keys and tokens that tell by themselves what they are, as their issuers have published it. */
export function knownKeys(text: string): Found[] {
  return [...privateKeys(text), ...FORMATS.flatMap((format) => keysOf(format, text))];
}

/**
 * A private key in PEM, with at least a line of the key: its heading alone is what people search logs for.
 * RFC 7468 section 10; OpenSSH's and OpenPGP's are dressed alike.
 */
function privateKeys(text: string): Found[] {
  return [...text.matchAll(/-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g)]
    .filter(({ 0: heading, index }) => {
      const start = index + heading.length;
      return /[A-Za-z0-9+/]{40}/.test(text.slice(start, start + 400));
    })
    .map(({ 0: heading, index }) => ({
      kind: 'key',
      start: index,
      end: index + heading.length,
      shown: `${heading.slice(0, 40)}…`,
      words:
        'This is a private key: whoever reads it can pass for you, so take it out, and replace the key wherever it opens something.',
    }));
}

function keysOf([whose, kind, format]: Format, text: string): Found[] {
  return [...text.matchAll(format)]
    .filter(([key]) => !isPlaceholder(key.replace(/^[A-Za-z]+[_-]/, '')))
    .map(({ 0: key, index }) => ({
      kind,
      start: index,
      end: index + key.length,
      shown: masked(key, 10),
      words: `This looks like ${whose}: whoever reads it can use it, so take it out, and have it revoked if it is real.`,
    }));
}

type Format = readonly [whose: string, kind: 'key' | 'token', format: RegExp];

/**
 * Prefixes and lengths from the issuers' own pages and GitHub's list of supported secret scanning patterns. Each
 * begins where no longer word runs, and has a longest length: a text of prefixes alone takes no longer than others.
 * Left out: keys for tests (`sk_test_…`), public ones (`pk_live_…`, `ssh-rsa …`), identifiers (`AC…` of Twilio).
 */
const FORMATS: readonly Format[] = (
  [
    ['an AWS access key', 'key', '(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])'],
    ['a GitHub token', 'token', 'gh[opusr]_[A-Za-z0-9]{36,255}'],
    ['a GitHub token', 'token', 'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'],
    ['a GitLab token', 'token', 'gl(?:pat|rt|dt|ptt|cbt|ft|soat|imt|agent|oas)-[\\w-]{20,64}'],
    ['a Slack token', 'token', 'xox[abceoprs]-[\\w-]{20,200}'],
    ['a Slack token', 'token', 'xapp-\\d-[A-Z0-9]{8,12}-\\d{8,16}-[0-9a-f]{64}'],
    ['a Slack webhook', 'key', 'hooks\\.slack\\.com/services/T\\w{8,12}/B\\w{8,12}/\\w{20,32}'],
    ['a Discord webhook', 'key', 'discord(?:app)?\\.com/api/webhooks/\\d{17,20}/[\\w-]{60,80}'],
    ['a Discord bot token', 'token', '[MNO][\\w-]{23,25}\\.[\\w-]{6}\\.[\\w-]{27,38}(?![\\w-])'],
    ['a Telegram bot token', 'token', '\\d{8,10}:AA[\\w-]{33}(?![\\w-])'],
    ['a Stripe key', 'key', '[rs]k_live_[A-Za-z0-9]{24,128}'],
    ['a webhook secret', 'key', 'whsec_[A-Za-z0-9+/]{32,64}'],
    ['a Google API key', 'key', 'AIza[\\w-]{35}(?![\\w-])'],
    ['a Google client secret', 'key', 'GOCSPX-[\\w-]{28}'],
    ['a Google access token', 'token', 'ya29\\.[\\w-]{20,400}'],
    ['an OpenAI key', 'key', 'sk-(?:proj|svcacct|admin)-[\\w-]{40,200}'],
    ['an OpenAI key', 'key', 'sk-[A-Za-z0-9]{48}(?![A-Za-z0-9])'],
    ['an Anthropic key', 'key', 'sk-ant-[a-z]{2,8}\\d\\d-[\\w-]{80,120}'],
    ['an OpenRouter key', 'key', 'sk-or-v1-[0-9a-f]{64}'],
    ['an npm token', 'token', 'npm_[A-Za-z0-9]{36}'],
    ['a PyPI token', 'token', 'pypi-AgE[\\w-]{50,300}'],
    ['a RubyGems key', 'key', 'rubygems_[0-9a-f]{48}'],
    ['a Docker Hub token', 'token', 'dckr_(?:pat|oat)_[\\w-]{27,32}'],
    ['a Hugging Face token', 'token', 'hf_[A-Za-z]{34}'],
    ['a SendGrid key', 'key', 'SG\\.[\\w-]{22}\\.[\\w-]{43}'],
    ['a Mailgun key', 'key', 'key-[0-9a-f]{32}(?![0-9a-f])'],
    ['a Mailchimp key', 'key', '[0-9a-f]{32}-us\\d{1,2}(?!\\w)'],
    ['a DigitalOcean token', 'token', 'do[opr]_v1_[0-9a-f]{64}'],
    ['a Shopify token', 'token', 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}'],
    ['a Databricks token', 'token', 'dapi[0-9a-f]{32}'],
    ['a Vault token', 'token', 'hv[bs]\\.[\\w-]{24,200}'],
    ['a Terraform token', 'token', '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,70}'],
    ['an Atlassian token', 'token', 'ATATT3[\\w=-]{100,250}'],
    ['an Azure storage key', 'key', 'AccountKey=[A-Za-z0-9+/]{86}=='],
    ['an Azure client secret', 'key', '[\\w~.]{3}8Q~[\\w~.-]{34}(?![\\w~-])'],
    ['a Linear key', 'key', 'lin_api_[A-Za-z0-9]{40}'],
    ['a Notion token', 'token', 'ntn_[A-Za-z0-9]{40,50}'],
    ['a New Relic key', 'key', 'NRAK-[A-Z0-9]{27}'],
    ['a Grafana token', 'token', 'glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}'],
    ['a Sentry token', 'token', 'sntry[su]_[A-Za-z0-9+/=_]{40,300}'],
    ['a secret key of age', 'key', 'AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}'],
    ['the key of a wallet', 'key', 'xprv[1-9A-HJ-NP-Za-km-z]{107}'],
    ['an SSH private key', 'key', 'b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/]{20,80}'],
    ['a PuTTY private key', 'key', 'PuTTY-User-Key-File-\\d: [\\w-]{5,30}'],
    // A signed JSON Web Token (RFC 7519 section 3): head and claims are JSON, so both begin with `{"`.
    ['a signed token (JWT)', 'token', 'eyJ[\\w-]{10,2000}\\.(?:eyJ[\\w-]{10,4000})\\.[\\w-]{20,1000}'],
  ] as const
).map(([whose, kind, format]) => [whose, kind, new RegExp(`(?<![A-Za-z0-9_-])${format}`, 'g')]);
