import type { Library } from '../articles/library.ts';
import { readDkimSigner } from '../mail/dkim.ts';
import { signedBytes } from '../mail/letter-bytes.ts';
import { LetterTemplate } from '../mail/letter-template.ts';
import { listUnsubscribe } from '../mail/list-headers.ts';
import type { Envelope, RelayOutcome } from '../mail/relay.ts';
import { relayFor } from '../mail/relay-for.ts';
import { sender } from '../mail/sender-address.ts';
import { noteAct } from '../platform/audit.ts';
import { SECOND } from '../platform/clock.ts';
import { parseEmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { randomToken } from '../platform/tokens.ts';
import type { Edition, Variant } from './edition.ts';
import { editionLetter } from './edition-letter.ts';
import { houseOf } from './house.ts';
import { SAMPLE_READER } from './previews.ts';

/** So many letters are one test at most: whoever sees more of them sees none. */
export const MOST_TESTS = 20;

/** Somebody waits for the answer: a relay that says nothing for so long is let go. */
const PATIENCE_MS = 20 * SECOND;

/** What became of one letter of a test. */
export interface TestSent {
  variant: Variant;
  outcome: RelayOutcome;
}

/**
 * Sends several variants to one address, one after the other; where the relay is away, the rest is not tried.
 *
 * @param client whoever asks, by their address: how much they may send is limited
 * @throws AppError `invalid` with the field `to`, or for too many; `limited`
 */
export async function sendTests(
  parts: TestParts & Pick<Parts, 'db' | 'limits' | 'secret' | 'who'>,
  edition: Edition,
  variants: readonly Variant[],
  { to, client }: { to: string; client: string },
): Promise<TestSent[]> {
  testedAddress(to);
  if (variants.length > MOST_TESTS)
    throw new AppError(
      'invalid',
      `These are ${variants.length} different letters; a test has ${MOST_TESTS} at most. Choose one.`,
    );
  for (const _ of variants) parts.limits.take('test-letter', client);
  const sent: TestSent[] = [];
  for (const variant of variants) {
    const outcome = await sendTest(parts, edition, variant, to);
    sent.push({ variant, outcome });
    if (outcome.state === 'deferred' && outcome.everyone) break;
  }
  await noteTests(parts, edition, sent);
  return sent;
}

/** For the audit log: how many and with what outcome, not to whom. */
export async function noteTests(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
  edition: Edition,
  tests: readonly TestSent[],
): Promise<void> {
  const taken = tests.filter(({ outcome }) => outcome.state === 'sent').length;
  const after = `${taken} of ${tests.length} taken`;
  await noteAct(parts.db, parts, { act: 'edition.test', subject: `edition:${edition.id}`, after });
}

/** Where a test goes when nothing else is said: to the moderator of site.yaml, else where letters come from. */
export function ownTestAddress({ config, library: { site } }: Pick<TestParts, 'config' | 'library'>): string {
  return site.comments.moderator ?? sender(config.mailFrom, site).address;
}

type TestParts = Pick<Parts, 'config' | 'siteUrl' | 'clock'> & { library: Library };

/**
 * Sends one variant of an edition to one address at once, to see it in a mail program as readers would: signed, and with
 * the headers of its list. It is no delivery: nothing is written down, and its personal links lead to nobody.
 *
 * @throws AppError `invalid` with the field `to`
 */
export async function sendTest(
  { config, siteUrl, clock, library }: TestParts,
  edition: Edition,
  variant: Variant,
  to: string,
): Promise<RelayOutcome> {
  const address = testedAddress(to);
  const house = edition.contents.house ?? houseOf(library.site, siteUrl);
  const reader = { ...SAMPLE_READER, address };
  const letter = editionLetter({ config, siteUrl, house }, edition, variant, reader);
  const now = clock.now();
  const messageId = `test.${randomToken().slice(0, 22)}@${siteUrl.hostname}`;
  const own = {
    ...{ to: address, messageId, date: now },
    listUnsubscribe: listUnsubscribe(`${siteUrl.origin}/newsletter/unsubscribe/${reader.unsubscribe}/`),
  };
  const unsigned = new LetterTemplate({ ...letter, subject: `Test: ${letter.subject}` }).filled(own, reader);
  const bytes = await signedBytes(unsigned, config.dkim && readDkimSigner(config.dkim), now);
  return handOver(config, { from: letter.from.address, to: address }, messageId, bytes);
}

function testedAddress(to: string): string {
  const address = parseEmailAddress(to)?.address;
  if (address) return address;
  throw new AppError('invalid', 'A test goes to one mail address, such as name@example.org.', {
    to: 'Write one address, such as name@example.org.',
  });
}

async function handOver(
  config: Parts['config'],
  envelope: Envelope,
  messageId: string,
  bytes: Buffer,
): Promise<RelayOutcome> {
  const relay = relayFor(config);
  const patience = setTimeout(() => relay.cut(), PATIENCE_MS);
  try {
    return await relay.send(envelope, messageId, bytes, async () => true);
  } finally {
    clearTimeout(patience);
    relay.close();
  }
}
