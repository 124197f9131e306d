import type { LetterSource } from '#core/editions/letters-to-see.ts';
import { CADENCES } from '#core/subscribers/subscriber.ts';

export type Scheme = 'light' | 'dark';

/** Which letter of a source is looked at, and how. */
export interface Seeing {
  /** From 1, in the order in which they are listed. */
  letter?: number;
  scheme?: Scheme;
}

/** Where the letters of a source are looked at; `file`: the one letter itself, as a page of its own. */
export function seeLetters(
  source: LetterSource,
  { letter = 1, scheme = 'light' }: Seeing = {},
  file = '',
): string {
  const query = new URLSearchParams({
    ...(source.kind === 'digest' && source.look !== undefined ? { look: source.look } : {}),
    ...(source.kind === 'alert' && source.isUpdate ? { update: 'yes' } : {}),
    ...(letter === 1 ? {} : { letter: String(letter) }),
    ...(scheme === 'light' ? {} : { scheme }),
  });
  const words = query.size > 0 ? `?${query}` : '';
  return `/desk/editions/letters/${source.kind}/${encodeURIComponent(nameOf(source))}/${file}${words}`;
}

function nameOf(source: LetterSource): string {
  if (source.kind === 'digest') return source.cadence;
  if (source.kind === 'alert') return source.slug;
  return source.kind === 'letter' ? source.name : source.id;
}

/** The source that an address names; undefined where it names none. */
export function sourceAt({ params, url }: Address): LetterSource | undefined {
  const { kind = '', name = '' } = params;
  const cadence = CADENCES.find((one) => one === name);
  if (kind === 'digest') return cadence && { kind, cadence, look: url.searchParams.get('look') ?? undefined };
  if (kind === 'alert') return { kind, slug: name, isUpdate: url.searchParams.has('update') };
  if (kind === 'letter') return { kind, name };
  return kind === 'edition' ? { kind, id: name } : undefined;
}

/** What an address asks to see; what it does not say, or says wrongly, is the first letter, light. */
export function seeingAt({ url }: Pick<Address, 'url'>): Required<Seeing> {
  const number = url.searchParams.get('letter') ?? '';
  return {
    letter: /^[1-9]\d{0,5}$/.test(number) ? Number(number) : 1,
    scheme: url.searchParams.get('scheme') === 'dark' ? 'dark' : 'light',
  };
}

interface Address {
  params: { kind?: string | undefined; name?: string | undefined };
  url: URL;
}
