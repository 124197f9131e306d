import { DAY, SECOND } from '#core/platform/clock.ts';

/** Keeps in a browser which comments it has written: sent to the pages of one article alone, read by this site alone. */
const NAME = 'watchpost-receipts';
export const KEPT_DAYS = 30;
/** So many of the newest comments of one browser under one article. */
const MOST = 5;
const FOUND = new RegExp(`(?:^|;\\s*)${NAME}=([\\w.-]*)`);

/** The receipts that a Cookie header holds, newest first. */
export function receiptsIn(cookie: string | null | undefined): string[] {
  const tokens = FOUND.exec(cookie ?? '')?.[1]?.split('.') ?? [];
  return tokens.filter((token) => /^[\w-]{43}$/.test(token)).slice(0, MOST);
}

/** The Set-Cookie header with one receipt more. */
export function withReceipt(
  cookie: string | null | undefined,
  receipt: string,
  { path, isSecure }: { path: string; isSecure: boolean },
): string {
  const value = [receipt, ...receiptsIn(cookie)].slice(0, MOST).join('.');
  const secure = isSecure ? '; Secure' : '';
  return `${NAME}=${value}; Max-Age=${(KEPT_DAYS * DAY) / SECOND}; Path=${path}; HttpOnly; SameSite=Lax${secure}`;
}
