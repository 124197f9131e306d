import type { App } from '#core/app.ts';
import { numberWords } from '#core/editions/progress-words.ts';
import { lookAtRecords } from '#core/mail/look-at-records.ts';
import { settingValue } from '#core/platform/settings.ts';
import type { Usage } from '#core/spam/spam-filter.ts';
import { backup, clockOff } from '#core/today/upkeep-wrong.ts';
import { lookAtCertificate } from '#core/upkeep/certificate.ts';
import {
  daysUntil,
  EXPIRES_DAYS,
  EXPIRES_SOON_DAYS,
  noteCertificateLook,
} from '#core/upkeep/certificate-look.ts';
import { type Command, withApp } from './command.ts';

type Finding = { level: 'good' | 'note' | 'fault'; text: string };

export const doctorCommand: Command = {
  summary: 'says what is set up, what is missing, and what to do about it',
  help: `Usage: watchpost doctor [--dns] [--certificate]

Looks at the settings, the database, backups, the clock, the content, the spam filter and the mail, and says what to mend.

  --dns           also asks the domain name system whether receivers can believe our letters: SPF, DKIM, DMARC, MX
  --certificate   also looks at the certificate that the host of SITE_URL shows to readers: name, chain, end

The worker looks at both once a day by itself, and the desk's first page says what is wrong.

Exit code 1 where something is wrong, 0 where all is well or only worth a note.`,
  options: { dns: { type: 'boolean' }, certificate: { type: 'boolean' } },
  async run({ values }) {
    const findings = await withApp(async (app) => [
      ...(await examine(app)),
      ...(values.dns ? await lookAtRecords(app) : []),
      ...(values.certificate ? await certificate(app) : []),
    ]);
    const marks = { good: 'ok   ', note: 'note ', fault: 'FAULT' };
    for (const { level, text } of findings) console.log(`${marks[level]} ${text}`);
    return findings.some((finding) => finding.level === 'fault') ? 1 : 0;
  },
};

async function examine(app: App): Promise<Finding[]> {
  return [
    await database(app),
    ...(await upkeep(app)),
    ...content(app),
    ...(await filter(app)),
    ...mail(app),
    ...address(app),
  ];
}

async function database({ db, engine }: App): Promise<Finding> {
  await settingValue(db, 'first-start');
  return { level: 'good', text: `The database answers (${engine}) and has the newest form.` };
}

/** As the desk's first page says it. */
async function upkeep(app: App): Promise<Finding[]> {
  const wrong = [...(await backup(app)), ...(await clockOff(app))];
  return wrong.map(({ level, title, text }) => ({
    level: level === 'critical' ? 'fault' : 'note',
    text: `${title} ${text}`,
  }));
}

function content({ library }: App): Finding[] {
  const faults = library.problems.map(
    ({ file, line, field, message }): Finding => ({
      level: 'fault',
      text: `content/${file}:${line}: ${field} ${message}.`,
    }),
  );
  const count = library.articles().length;
  return faults.length > 0
    ? faults
    : [{ level: 'good', text: `The content is sound: ${count} articles are published.` }];
}

async function filter({ spam }: App): Promise<Finding[]> {
  if (!spam) return [{ level: 'note', text: 'No AKISMET_KEY is set: strangers’ comments are held for you.' }];
  const state = await spam.verifyKey();
  if (state === 'invalid')
    return [
      {
        level: 'fault',
        text: 'Akismet refuses the key: copy it again from your Akismet account into AKISMET_KEY.',
      },
    ];
  if (state === 'unknown')
    return [{ level: 'note', text: 'Akismet does not answer now: comments are kept and wait.' }];
  return [{ level: 'good', text: 'Akismet accepts the key.' }, ...usage(await spam.usage())];
}

function usage(used: Usage | undefined): Finding[] {
  if (!used) return [];
  if (used.limit === undefined)
    return [
      { level: 'good', text: `Akismet was asked ${numberWords(used.used)} times this month; no limit.` },
    ];
  const text = `Akismet was asked ${numberWords(used.used)} of ${numberWords(used.limit)} times this month (${used.percentage} %)`;
  if (used.throttled)
    return [{ level: 'fault', text: `${text} and throttles the key: choose a larger plan at akismet.com.` }];
  return [{ level: used.percentage < 80 ? 'good' : 'note', text: `${text}.` }];
}

function mail({ config, library }: App): Finding[] {
  const { from, postalAddress } = library.site.newsletter;
  const findings: Finding[] = [];
  if (config.smtpUrl === undefined)
    findings.push({
      level: 'note',
      text: 'No SMTP_URL is set: letters are kept as files, readable at the desk.',
    });
  else if ((config.mailFrom ?? from).includes('.example'))
    findings.push({
      level: 'fault',
      text: 'Letters go out, but the sender is a made-up address: set MAIL_FROM.',
    });
  if (!postalAddress || postalAddress.includes('has yet to'))
    findings.push({
      level: 'note',
      text: 'Letters need a postal address: put yours into content/site.yaml, newsletter.postalAddress.',
    });
  return findings;
}

/** What is found is kept for the desk, as what the worker finds each day. */
async function certificate(app: App): Promise<Finding[]> {
  const { siteUrl, clock } = app;
  if (siteUrl.protocol !== 'https:')
    return [{ level: 'note', text: 'Certificate: SITE_URL is not https, so there is none to look at.' }];
  const finding = await lookAtCertificate(siteUrl);
  await noteCertificateLook(app, finding);
  const { host } = siteUrl;
  if (finding.state === 'unseen')
    return [{ level: 'note', text: `Certificate: that of ${host} could not be looked at. ${finding.why}` }];
  if (finding.state === 'faulty')
    return [{ level: 'fault', text: `Certificate: readers cannot trust that of ${host}. ${finding.why}` }];
  const days = daysUntil(finding.until, clock.now());
  const text = `Certificate: ${host} shows a sound one, good for ${days} ${days === 1 ? 'day' : 'days'}.`;
  return [{ level: days < EXPIRES_SOON_DAYS ? 'fault' : days < EXPIRES_DAYS ? 'note' : 'good', text }];
}

function address({ siteUrl }: App): Finding[] {
  if (siteUrl.protocol === 'https:' || siteUrl.hostname === 'localhost') return [];
  return [
    {
      level: 'note',
      text: 'SITE_URL is plain http: put a proxy with a certificate in front and set it to https.',
    },
  ];
}
