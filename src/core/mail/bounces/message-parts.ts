import PostalMime, { type Attachment, type Header } from 'postal-mime';
import { addressesIn } from './addresses.ts';

/** A message as far as it can be a report: its header, its words, and the parts that machines read. */
export interface MessageParts {
  headers: readonly Header[];
  /** The text that people read, of all text parts in their order. */
  text: string;
  /** Bodies of message/delivery-status parts. */
  statuses: string[];
  /** Bodies of message/feedback-report parts. */
  feedback: string[];
  /** Headers of the letter that came back, whole or as headers alone. */
  original: readonly Header[];
  /** The types of all other attachments. */
  attachments: string[];
}

/** The most of a message that is read: what a report says stands at its beginning, before the returned letter. */
export const MESSAGE_LIMIT = 256 * 1024;

/** The most of its words that is looked at: all notices are far shorter. */
const WORDS_LIMIT = 64 * 1024;

/** Stricter than the parser's own caps: no report nests deeper, and all that is read is a few headers. */
const CAPS = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024, forceRfc822Attachments: true };

/** Reads a message's parts; undefined for what the parser refuses (nested too deep, headers without an end). */
export async function messageParts(message: Buffer): Promise<MessageParts | undefined> {
  const bytes = message.subarray(0, MESSAGE_LIMIT);
  try {
    const { headers, text = '', attachments } = await PostalMime.parse(bytes, CAPS);
    const bodies = (type: RegExp) => attachments.filter(({ mimeType }) => type.test(mimeType)).map(textOf);
    const isEmpty = text.trim() === '' && attachments.length === 0;
    return {
      headers,
      text: (isEmpty ? afterHeader(bytes) : text).slice(0, WORDS_LIMIT),
      statuses: bodies(/^message\/(?:global-)?delivery-status$/),
      feedback: bodies(/^message\/feedback-report$/),
      original: await headersOf(bodies(RETURNED)[0]),
      attachments: attachments.map(({ mimeType }) => mimeType).filter((type) => !RETURNED.test(type)),
    };
  } catch {
    return undefined;
  }
}

/** The letter that came back (RFC 3462 section 3), in its international form too (RFC 6533). */
const RETURNED = /^(?:message\/(?:rfc822|global|global-headers|partial)|text\/rfc822-headers)$/;

/** Every value of a header, in the order of the message. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  return headers.filter(({ key }) => key === name).map(({ value }) => value);
}

/** Every address that stands in a header. */
export function headerAddresses(headers: readonly Header[], name: string): string[] {
  const values = headerValues(headers, name).map((value) => value.slice(0, 8192));
  return values.flatMap((value) => [...addressesIn(value)].map(({ address }) => address));
}

/** A header read by itself: of a letter that stands in another's words, or was attached. */
export async function headersOf(message: string | undefined): Promise<readonly Header[]> {
  if (message === undefined) return [];
  const end = /\r?\n\r?\n/.exec(message)?.index ?? message.length;
  return (await PostalMime.parse(message.slice(0, end), CAPS)).headers;
}

function textOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}

/** A multipart without its boundary has no parts; what it says can be read all the same. */
function afterHeader(bytes: Buffer): string {
  const text = new TextDecoder().decode(bytes);
  const end = /\r?\n\r?\n/.exec(text);
  return end ? text.slice(end.index + end[0].length) : '';
}
