import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a token lets its bearer do; a token made for one purpose is worthless for another. */
export type TokenPurpose =
  | 'preview'
  | 'confirm'
  | 'preferences'
  | 'unsubscribe'
  | 'receipt'
  | 'comment'
  | 'not-me'
  | 'suppression'
  | 'notices-confirm'
  | 'notices-stop'
  | 'decide'
  | 'desk-link'
  | 'session'
  | 'passkey-challenge'
  | 'recovery-code'
  | 'invitation'
  | 'pressed';

/** 256 random bits as 43 URL-safe characters. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The token of one subject for one purpose, the same at every call: a letter that is tried again is the same
 * letter, and no list of tokens need be kept.
 */
export function derivedToken(secret: Buffer, purpose: TokenPurpose, subject: string): string {
  return createHmac('sha256', hmacKey(secret)).update(`${purpose}\0${subject}`).digest('base64url');
}

/** The secret as a key, made once: making it takes six times as long as using it, and a letter uses it four times. */
export function hmacKey(secret: Buffer): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret);
  keys.set(secret, key);
  return key;
}

const keys = new WeakMap<Buffer, KeyObject>();

/** What is stored of a token: SHA-256 is enough for 256 random bits. */
export function tokenHash(purpose: TokenPurpose, token: string): string {
  return hash('sha256', `${purpose}\0${token}`);
}

/** Tells which secret made the derived tokens of a database, without telling the secret. */
export function secretFingerprint(secret: Buffer): string {
  return createHmac('sha256', secret).update('fingerprint').digest('hex').slice(0, 16);
}

/** The installation's own 256-bit secret in DATA_DIR/secret, made at the first start, readable by its owner alone. */
export function readOrMakeSecret(dataDir: string): Buffer {
  const file = path.join(dataDir, 'secret');
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return checkedSecret(readFileSync(file, 'utf8'));
}

/** The same of an installation that has been started; undefined where there is none. */
export function readSecret(dataDir: string): Buffer | undefined {
  const file = path.join(dataDir, 'secret');
  return existsSync(file) ? checkedSecret(readFileSync(file, 'utf8')) : undefined;
}

/** What the file "secret" holds. @throws where that is no secret */
export function checkedSecret(text: string): Buffer {
  const secret = Buffer.from(text.trim(), 'hex');
  if (secret.length !== 32)
    throw new Error('The file "secret" in DATA_DIR is damaged. Put back the one from your backup.');
  return secret;
}
