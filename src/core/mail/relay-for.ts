import type { Config } from '../platform/config.ts';
import { keptMailRelay, type Relay } from './relay.ts';
import { smtpRelay } from './smtp/smtp-relay.ts';

/** Where letters go by the settings: to the relay of SMTP_URL, else into files. */
export function relayFor({ smtpUrl, dataDir }: Pick<Config, 'smtpUrl' | 'dataDir'>): Relay {
  return smtpUrl === undefined ? keptMailRelay(dataDir) : smtpRelay(smtpUrl);
}
