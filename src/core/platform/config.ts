import { existsSync, readFileSync, statSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from './log.ts';
import { isLoopback } from './loopback.ts';

/** Every setting, checked. Paths are absolute. */
export interface Config {
  host: string;
  port: number;
  /** The one origin used in links, letters and checks; no path. */
  siteUrl: URL;
  dataDir: string;
  /** `postgres://…`, or absent for the SQLite file in dataDir. */
  databaseUrl?: string;
  contentDir: string;
  /** Absent: letters are kept as files in dataDir/outbox. */
  smtpUrl?: string;
  /** `Name <address>` or an address; absent: as site.yaml says. */
  mailFrom?: string;
  dkim?: { domain: string; selector: string; keyFile: string };
  /** A mailbox in which bounces arrive: `imaps://user:password@host/INBOX`. */
  bounceMailbox?: URL;
  /** The topic by which Amazon SES tells of bounces and complaints. */
  sesTopicArn?: string;
  /** What Postmark's webhook shows to prove itself. */
  postmarkSecret?: string;
  /** Somebody reads what comes back to `bounces+…` at the sender's domain: letters carry such addresses. */
  returnPath: boolean;
  akismet?: { key: string; url: URL };
  /** Peers whose X-Forwarded-For is believed. */
  trustedProxies: BlockList;
  worker: boolean;
  logLevel: LogLevel;
}

/** One or more settings are wrong; the message names each and says what would be right. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(
      `${problems.length === 1 ? 'A setting is' : 'Some settings are'} wrong:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** The folder that holds package.json; relative settings and `.env` are read from here. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

const unset = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(unset, schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, value: z.input<T>) =>
  z.preprocess((given) => unset(given) ?? value, schema);

const oneOrigin = z.string().transform((text, ctx) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const bare =
    url &&
    /^https?:$/.test(url.protocol) &&
    !url.username &&
    url.pathname === '/' &&
    !url.search &&
    !url.hash;
  if (url && bare) return url;
  ctx.addIssue('should be one http or https address without a path, such as https://news.example.org');
  return z.NEVER;
});

const urlOf = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `should look like ${example}`,
    );

const mailbox = urlOf(['imap:', 'imaps:'], 'imaps://user:password@mail.example.org/INBOX')
  .transform((text) => new URL(text))
  .refine(
    ({ username, password }) => username !== '' && password !== '',
    'should hold a user and a password, with %40 for an @ in either',
  )
  .refine(
    ({ protocol, hostname }) => protocol === 'imaps:' || isLoopback(hostname),
    'should begin with imaps:, as a password must not cross a network in the clear',
  );

const file = z
  .string()
  .transform((name) => path.resolve(projectRoot, name))
  .refine((name) => existsSync(name), 'should name a file that exists');

const folder = z
  .string()
  .transform((name) => path.resolve(projectRoot, name))
  .refine(
    (name) => statSync(name, { throwIfNoEntry: false })?.isDirectory(),
    'should name a folder that exists',
  );

const networks = z.string().transform((text, ctx) => {
  const list = new BlockList();
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = '', bits, ...more] = entry.split('/');
    const family = isIP(address);
    const widest = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN; // "" is not 0: that is everyone
    if (family === 0 || more.length > 0 || !(prefix <= widest)) {
      ctx.addIssue(`has "${entry}": should be networks such as 10.0.0.0/8,fd00::/8`);
      return z.NEVER;
    }
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
});

const schema = z.object({
  HOST: withDefault(z.string(), '127.0.0.1'),
  PORT: withDefault(
    z.coerce
      .number('should be a number')
      .int()
      .min(1, 'should be from 1 to 65535')
      .max(65535, 'should be from 1 to 65535'),
    4321,
  ),
  SITE_URL: optional(oneOrigin),
  DATA_DIR: withDefault(z.string(), 'db/data'),
  DATABASE_URL: optional(
    urlOf(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/name, or be left out for SQLite'),
  ),
  CONTENT_DIR: withDefault(folder, 'content'),
  SMTP_URL: optional(
    urlOf(
      ['smtp:', 'smtps:'],
      'smtps://user:password@relay.example.org:465, or be left out to keep mail as files',
    ),
  ),
  MAIL_FROM: optional(
    z.string().regex(/@/, 'should be an address, such as Watchpost <newsletter@news.example.org>'),
  ),
  DKIM_DOMAIN: optional(z.string()),
  DKIM_SELECTOR: optional(z.string()),
  DKIM_KEY: optional(file),
  BOUNCE_IMAP_URL: optional(mailbox),
  SES_TOPIC_ARN: optional(
    z
      .string()
      .regex(
        /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
        'should look like arn:aws:sns:eu-west-1:123456789012:bounces',
      ),
  ),
  POSTMARK_WEBHOOK_SECRET: optional(z.string().min(16, 'should have at least 16 characters')),
  RETURN_PATH: withDefault(z.enum(['on', 'off'], 'should be on or off'), 'off'),
  AKISMET_KEY: optional(z.string().trim()),
  AKISMET_URL: withDefault(
    urlOf(['http:', 'https:'], 'https://rest.akismet.com'),
    'https://rest.akismet.com',
  ),
  TRUSTED_PROXIES: withDefault(networks, ''),
  WORKER: withDefault(z.enum(['on', 'off'], 'should be on or off'), 'on'),
  LOG_LEVEL: withDefault(z.enum(LOG_LEVELS, `should be one of ${LOG_LEVELS.join(', ')}`), 'info'),
});

/**
 * Reads the settings from the environment and, under it, from `.env`.
 *
 * @throws ConfigError naming every wrong setting and what would be right; a secret value is never repeated
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = { ...readEnvFile(), ...environment };
  const parsed = schema.safeParse(given);
  const issues = parsed.error?.issues ?? [];
  const problems = [
    ...issues.map((issue) => `${String(issue.path[0])} ${issue.message}`),
    ...halfSetDkim(given),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const set = parsed.data;
  return {
    host: set.HOST,
    port: set.PORT,
    siteUrl: set.SITE_URL ?? new URL(`http://localhost:${set.PORT}`),
    dataDir: path.resolve(projectRoot, set.DATA_DIR),
    contentDir: set.CONTENT_DIR,
    trustedProxies: set.TRUSTED_PROXIES,
    worker: set.WORKER === 'on',
    returnPath: set.RETURN_PATH === 'on',
    logLevel: set.LOG_LEVEL,
    ...dkimOf(set),
    ...(set.DATABASE_URL === undefined ? {} : { databaseUrl: set.DATABASE_URL }),
    ...(set.SMTP_URL === undefined ? {} : { smtpUrl: set.SMTP_URL }),
    ...(set.MAIL_FROM === undefined ? {} : { mailFrom: set.MAIL_FROM }),
    ...(set.BOUNCE_IMAP_URL === undefined ? {} : { bounceMailbox: set.BOUNCE_IMAP_URL }),
    ...(set.SES_TOPIC_ARN === undefined ? {} : { sesTopicArn: set.SES_TOPIC_ARN }),
    ...(set.POSTMARK_WEBHOOK_SECRET === undefined ? {} : { postmarkSecret: set.POSTMARK_WEBHOOK_SECRET }),
    ...(set.AKISMET_KEY === undefined
      ? {}
      : { akismet: { key: set.AKISMET_KEY, url: new URL(set.AKISMET_URL) } }),
  };
}

function readEnvFile(): NodeJS.Dict<string> {
  const file = path.join(projectRoot, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

const DKIM_SETTINGS = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY'] as const;

function halfSetDkim(given: NodeJS.Dict<string>): string[] {
  const count = DKIM_SETTINGS.filter((name) => unset(given[name])).length;
  if (count === 0 || count === DKIM_SETTINGS.length) return [];
  return ['DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY should be set together, or none of them'];
}

function dkimOf(set: z.output<typeof schema>): Pick<Config, 'dkim'> {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_KEY: keyFile } = set;
  return domain && selector && keyFile ? { dkim: { domain, selector, keyFile } } : {};
}
