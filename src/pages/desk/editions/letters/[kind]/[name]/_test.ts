import type { AstroGlobal } from 'astro';
import type { Variant } from '#core/editions/edition.ts';
import type { LettersToSee } from '#core/editions/letters-to-see.ts';
import { sendTests, type TestSent } from '#core/editions/send-test.ts';
import { AppError } from '#core/platform/errors.ts';
import { formOf } from '../../../../../_form.ts';
import { markRefused } from '../../../../../_status.ts';

/** What became of a test that a form asked for. */
export interface Tested {
  /** The address, as typed. */
  to: string;
  /** One line for each letter, or for all where they went alike. */
  sent: { kind: 'good' | 'attention'; title: string }[];
  error?: AppError;
}

/** Sends the letter that is shown, or all of an edition, where the request's form asks for it. */
export async function testedBy(
  { request, response, locals }: Pick<AstroGlobal, 'request' | 'response' | 'locals'>,
  { edition, letters, variant }: LettersToSee & { variant: Variant },
): Promise<Tested | undefined> {
  if (request.method !== 'POST') return undefined;
  let to = '';
  try {
    const form = await formOf(request);
    if (form.text('action') !== 'test') throw new AppError('invalid', 'There is no such act.');
    to = form.text('to').trim();
    const which = form.text('which') === 'all' ? letters : [variant];
    const sent = await sendTests(locals.app, edition, which, { to, client: locals.clientAddress });
    return { to, sent: wordsOf(sent, which.length, to) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    markRefused(response, error);
    return { to, sent: [], error };
  }
}

function wordsOf(sent: readonly TestSent[], asked: number, to: string): Tested['sent'] {
  const taken = sent.filter(({ outcome }) => outcome.state === 'sent');
  const rest = sent.filter(({ outcome }) => outcome.state !== 'sent');
  const reply = taken[0]?.outcome;
  const good = `${taken.length === 1 ? 'A test is' : `${taken.length} tests are`} on the way to ${to}: ${reply && 'reply' in reply ? reply.reply : ''}`;
  return [
    ...(taken.length > 0 ? [{ kind: 'good', title: good } as const] : []),
    ...rest.map(({ outcome }) => ({ kind: 'attention', title: failure(outcome, to) }) as const),
    ...(sent.length < asked
      ? [{ kind: 'attention', title: `${asked - sent.length} more were not tried.` } as const]
      : []),
  ];
}

function failure(outcome: TestSent['outcome'], to: string): string {
  const reply = 'reply' in outcome ? outcome.reply : '';
  if (outcome.state === 'bounced') return `The relay refuses a test for ${to}: ${reply}`;
  if (outcome.state === 'uncertain') return `Nobody knows whether a test for ${to} arrived: ${reply}`;
  return `A test for ${to} was not taken, and is not tried again by itself: ${reply}`;
}
