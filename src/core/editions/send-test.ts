import type { Library } from '../articles/library.ts';
import { readDkimSigner } from '../mail/dkim.ts';
import { signedBytes } from '../mail/letter-bytes.ts';
import { LetterTemplate } from '../mail/letter-template.ts';
import { listUnsubscribe } from '../mail/list-headers.ts';
import type { Envelope, RelayOutcome } from '../mail/relay.ts';
import { relayFor } from '../mail/relay-for.ts';
import { parseEmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { randomToken } from '../platform/tokens.ts';
import type { Edition, Variant } from './edition.ts';
import { editionLetter } from './edition-letter.ts';
import { houseOf } from './house.ts';
import { SAMPLE_READER } from './previews.ts';

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
  const address = parseEmailAddress(to)?.address;
  if (!address)
    throw new AppError('invalid', 'A test goes to one mail address, such as name@example.org.', {
      to: 'Write one address, such as name@example.org.',
    });
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

async function handOver(
  config: Parts['config'],
  envelope: Envelope,
  messageId: string,
  bytes: Buffer,
): Promise<RelayOutcome> {
  const relay = relayFor(config);
  try {
    return await relay.send(envelope, messageId, bytes, async () => true);
  } finally {
    relay.close();
  }
}
