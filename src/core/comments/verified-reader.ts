import type { Parts } from '../platform/parts.ts';
import { subscriberOfLink } from '../subscribers/unsubscribe.ts';

/** A confirmed subscriber who comments through the link of their own letters. */
export interface VerifiedReader {
  email: string;
  emailKey: string;
}

/** Whose link it is; undefined where it is none of ours, or they have left meanwhile. */
export async function verifiedReader(
  parts: Pick<Parts, 'db' | 'clock'>,
  token: string,
): Promise<VerifiedReader | undefined> {
  const subscriber = await subscriberOfLink(parts, 'comment', token);
  return subscriber?.state === 'confirmed'
    ? { email: subscriber.email, emailKey: subscriber.email_key }
    : undefined;
}
