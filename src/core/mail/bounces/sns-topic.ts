import { createVerify, X509Certificate } from 'node:crypto';
import { type Clock, SECOND } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { type SnsMessage, signedText, snsAddress, snsMessage } from './sns-message.ts';

/** What a posted message is, once Amazon's signature on it has been checked. */
export type SnsPost =
  | { state: 'notification'; id: string; message: string }
  /** Amazon asked whether we want the topic, and has our yes. */
  | { state: 'confirmed' }
  /** Genuine, and nothing to do. */
  | { state: 'other' }
  | { state: 'forged' };

type Fetch = typeof globalThis.fetch;

const PATIENCE_MS = 10 * SECOND;
/** Amazon changes its certificate about once a year. */
const MOST_CERTIFICATES = 8;
const CERTIFICATE_LIMIT = 64 * 1024;

/** One topic of Amazon SNS: believes what is signed by Amazon, is of this topic, and nothing else. */
export class SnsTopic {
  readonly #arn: string;
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  readonly #certificates = new Map<string, X509Certificate>();

  constructor({ arn, clock, fetch = globalThis.fetch }: { arn: string; clock: Clock; fetch?: Fetch }) {
    this.#arn = arn;
    this.#clock = clock;
    this.#fetch = fetch;
  }

  /** @throws AppError `unavailable` where Amazon cannot be asked for its certificate now: it posts again later */
  async read(body: string): Promise<SnsPost> {
    const message = snsMessage(body);
    if (!message || message.TopicArn !== this.#arn || !(await this.#isAmazons(message)))
      return { state: 'forged' };
    if (message.Type === 'Notification')
      return { state: 'notification', id: message.MessageId, message: message.Message };
    return message.Type === 'SubscriptionConfirmation' ? this.#confirm(message) : { state: 'other' };
  }

  async #isAmazons(message: SnsMessage): Promise<boolean> {
    const url = snsAddress(message.SigningCertURL, this.#arn);
    if (!url?.pathname.endsWith('.pem')) return false;
    const certificate = await this.#certificate(url);
    const now = this.#clock.now();
    if (!certificate || certificate.validFromDate > now || certificate.validToDate < now) return false;
    const algorithm = message.SignatureVersion === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
    return createVerify(algorithm)
      .update(signedText(message), 'utf8')
      .verify(certificate.publicKey, message.Signature, 'base64');
  }

  async #certificate(url: URL): Promise<X509Certificate | undefined> {
    const known = this.#certificates.get(url.href);
    if (known) return known;
    const response = await this.#visit(url);
    const pem = (await response.text()).slice(0, CERTIFICATE_LIMIT);
    if (!response.ok) return undefined;
    const certificate = readCertificate(pem);
    if (!certificate) return undefined;
    const [oldest] = this.#certificates.keys();
    if (oldest !== undefined && this.#certificates.size >= MOST_CERTIFICATES)
      this.#certificates.delete(oldest);
    this.#certificates.set(url.href, certificate);
    return certificate;
  }

  async #confirm({ SubscribeURL }: SnsMessage): Promise<SnsPost> {
    const url = snsAddress(SubscribeURL, this.#arn);
    if (!url) return { state: 'forged' };
    const response = await this.#visit(url);
    await response.body?.cancel();
    if (!response.ok) throw new AppError('unavailable', 'Amazon SNS did not take the confirmation.');
    return { state: 'confirmed' };
  }

  /** Never further than to the address that was checked. */
  async #visit(url: URL): Promise<Response> {
    try {
      return await this.#fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch {
      throw new AppError('unavailable', 'Amazon SNS cannot be asked now.');
    }
  }
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
