import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { parseEmailAddress } from './email-address.ts';

/** An entry of a list; YAML reads 419 as a number, and `yes` as an answer. */
function entry(isRight: (text: string) => boolean, problem: string) {
  return z
    .string({
      error: (issue) => `should be text, in quotes (${JSON.stringify(issue.input) ?? 'nothing'} is none)`,
    })
    .trim()
    .refine(isRight, {
      error: (issue) => `should be ${problem}, which ${JSON.stringify(issue.input)} is not`,
    });
}

/** A list of words, domains, addresses and networks, as content/site.yaml holds it. */
export const listFields = z
  .object({
    /** Whole words or phrases, in small letters or capitals alike. */
    words: z.array(entry((text) => /[\p{L}\p{N}\p{S}]/u.test(text), 'a word or a phrase')).default([]),
    /** Each stands for what is under it too. */
    domains: z
      .array(entry((text) => domainKey(text) !== undefined, 'a domain such as spam.example'))
      .default([]),
    /** Whole mail addresses, or all at a domain. */
    addresses: z
      .array(
        entry((text) => addressKey(text) !== undefined, 'a mail address, or @spam.example for all of them'),
      )
      .default([]),
    networks: z
      .array(
        entry(
          (text) => networkOf(text) !== undefined,
          'an address or a network such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32',
        ),
      )
      .default([]),
  })
  .prefault({});
export type ListFields = z.output<typeof listFields>;

/** A domain in its one spelling (`xn--…`, small letters); undefined for what is none. */
export function domainKey(text: string): string | undefined {
  return parseEmailAddress(`a@${text}`)?.key.slice(2);
}

/** The key of a mail address, or `@` and the key of a domain. */
export function addressKey(text: string): string | undefined {
  if (!text.startsWith('@')) return parseEmailAddress(text)?.key;
  const domain = domainKey(text.slice(1));
  return domain && `@${domain}`;
}

/** A network of one entry; undefined for what is none. */
export function networkOf(text: string): BlockList | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return undefined;
  const most = family === 4 ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return undefined;
  const network = new BlockList();
  network.addSubnet(address, bits === undefined ? most : Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return network;
}
