import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fetchPostfix, findPostfix, type PostfixTools } from './postfix-tools.ts';
import { isGreeting } from './processes.ts';
import { certificate } from './scripted-relay.ts';
import { freePort, until } from './test-site.ts';

/** A whole Postfix of a test's own. */
export interface Postfix {
  /** As SMTP_URL names it: encrypted, with a certificate of `relay.test` that a made-up authority vouches for. */
  url: string;
  /** Its log, as its own postlogd writes it. */
  log: string;
  stop(): Promise<void>;
}

export interface PostfixOptions {
  /** Where it delivers all mail, also what it returns: a port of 127.0.0.1. */
  nextHop: number;
  /** What it says to some recipients: the text of access(5). */
  access: Record<string, string>;
  /** A policy server on this port is asked about each letter at its final dot. */
  policy: number;
}

/** Accounts that every Debian has. Postfix wants three that differ, none of them root's; nothing is made for it. */
const ACCOUNTS = { owner: 'daemon', group: 'mail', deliverer: 'nobody' };

/** Where Postfix lies, or why it cannot be started here; what it takes to have it is gone when the test ends. */
export function postfixHere(t: { after(remove: () => void): void }): PostfixTools | string {
  if (process.getuid?.() !== 0) return 'Postfix’s master runs as root alone';
  if (!ownerIds()) return `Postfix needs the accounts ${Object.values(ACCOUNTS).join(', ')}`;
  const found = findPostfix();
  if (found) return found;
  const dir = openFolder();
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return fetchPostfix(dir) ?? 'Postfix is not here, and its package cannot be had';
}

/** One that Postfix’s own accounts can enter, wherever TMPDIR is. */
function openFolder(): string {
  const dir = mkdtempSync('/tmp/watchpost-postfix-');
  chmodSync(dir, 0o755);
  return dir;
}

/** Starts it with a configuration, a queue and a log of its own, on a free port of 127.0.0.1. */
export async function startPostfix(tools: PostfixTools, options: PostfixOptions): Promise<Postfix> {
  const dir = openFolder();
  const port = await freePort();
  const log = path.join(dir, 'mail.log');
  const daemons = path.join(tools.root, defaultOf(tools, 'daemon_directory'));
  makeFolders(dir);
  writeFileSync(path.join(dir, 'main.cf'), mainConfiguration(dir, log, daemons, options));
  writeFileSync(path.join(dir, 'master.cf'), services(port));
  const master = spawn(path.join(daemons, 'master'), ['-c', dir], { env: tools.env, stdio: 'ignore' });
  const ended = once(master, 'exit');
  const end = () => master.kill(); // it ends all that it has started
  process.once('exit', end);
  try {
    await until(() => master.exitCode !== null || isGreeting(port), 'Postfix', 15_000);
    if (master.exitCode !== null) throw new Error(`Postfix ended: ${readFileSync(log, 'utf8')}`);
  } catch (error) {
    end();
    throw error;
  }
  return {
    url: relayUrl(port),
    log,
    async stop() {
      process.off('exit', end);
      end();
      await ended;
      rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function relayUrl(port: number): string {
  const options = new URLSearchParams({
    ...{ requireTLS: 'true', 'tls.rejectUnauthorized': 'true' }, // which a relay on this machine may do without
    ...{ 'tls.servername': 'relay.test', 'tls.ca': certificate('authority') },
  });
  return `smtp://127.0.0.1:${port}?${options}`;
}

function ownerIds(): { uid: number; gid: number } | undefined {
  const idOf = (database: string, name: string) =>
    spawnSync('getent', [database, name], { encoding: 'utf8' }).stdout?.split(':')[2];
  const uid = idOf('passwd', ACCOUNTS.owner);
  const gid = idOf('group', ACCOUNTS.group);
  const isThere = uid !== undefined && gid !== undefined && idOf('passwd', ACCOUNTS.deliverer) !== undefined;
  return isThere ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function defaultOf({ program, env }: PostfixTools, name: string): string {
  return spawnSync(program('postconf'), ['-d', '-h', name], { env, encoding: 'utf8' }).stdout.trim();
}

/** What `postfix set-permissions` would make, of what is used here. */
function makeFolders(dir: string): void {
  const { uid, gid } = ownerIds() ?? { uid: 0, gid: 0 };
  const queues = ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming'];
  for (const name of ['queue', 'queue/pid']) mkdirSync(path.join(dir, name));
  const folders = [...[...queues, 'private', 'saved', 'trace'].map((name) => `queue/${name}`), 'data'];
  for (const name of folders) {
    mkdirSync(path.join(dir, name), { mode: 0o700 });
    chownSync(path.join(dir, name), uid, 0);
  }
  for (const [name, mode] of [
    ['queue/public', 0o710],
    ['queue/maildrop', 0o730],
  ] as const) {
    mkdirSync(path.join(dir, name));
    chownSync(path.join(dir, name), uid, gid);
    chmodSync(path.join(dir, name), mode);
  }
}

function mainConfiguration(
  dir: string,
  log: string,
  daemons: string,
  { nextHop, access, policy }: PostfixOptions,
): string {
  const certificates = path.join(dir, 'certificates.pem');
  writeFileSync(certificates, certificate('key') + certificate('sound'), { mode: 0o600 });
  const refusals = Object.entries(access).map(([address, answer]) => `{${address} = ${answer}}`);
  const settings = {
    ...{ compatibility_level: '3.6', queue_directory: `${dir}/queue`, data_directory: `${dir}/data` },
    ...{ daemon_directory: daemons, maillog_file: log, maillog_file_prefixes: dir },
    ...{ mail_owner: ACCOUNTS.owner, setgid_group: ACCOUNTS.group, default_privs: ACCOUNTS.deliverer },
    // So that what is unpacked in a folder finds its libraries.
    import_environment: 'MAIL_CONFIG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH',
    ...{ inet_interfaces: 'loopback-only', inet_protocols: 'ipv4', myhostname: 'relay.test' },
    ...{ mydestination: '', local_recipient_maps: '', alias_maps: '', mynetworks: '127.0.0.0/8' },
    ...{ smtp_dns_support_level: 'disabled', smtpd_peername_lookup: 'no' },
    ...{ relayhost: `[127.0.0.1]:${nextHop}`, smtp_host_lookup: 'native' },
    ...{ smtpd_tls_security_level: 'encrypt', smtpd_tls_chain_files: certificates },
    smtpd_tls_received_header: 'yes',
    smtpd_recipient_restrictions: `check_recipient_access inline:{${refusals.join(', ')}}, permit_mynetworks, reject`,
    smtpd_end_of_data_restrictions: `check_policy_service inet:127.0.0.1:${policy}`,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** master(5), nothing in a chroot: what takes mail by SMTP, and sends it and what comes back onwards by SMTP. */
function services(port: number): string {
  const lines = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    ...['cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 300 1 qmgr', 'tlsmgr unix - - n 1000? 1 tlsmgr'],
    ...['rewrite unix - - n - - trivial-rewrite', 'bounce unix - - n - 0 bounce'],
    ...['defer unix - - n - 0 bounce', 'trace unix - - n - 0 bounce', 'flush unix n - n 1000? 0 flush'],
    ...['smtp unix - - n - - smtp', 'relay unix - - n - - smtp', 'error unix - - n - - error'],
    ...['retry unix - - n - - error', 'proxymap unix - - n - - proxymap', 'anvil unix - - n - 1 anvil'],
    ...['scache unix - - n - 1 scache', 'postlog unix-dgram n - n - 1 postlogd'],
  ];
  return `${lines.join('\n')}\n`;
}
