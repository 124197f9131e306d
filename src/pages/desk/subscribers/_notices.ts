/** What an act has brought about, as the page to which it leads says it: `?did=`. */
const NOTICES: Record<string, { kind: 'good' | 'attention'; title: string }> = {
  added: { kind: 'good', title: 'A reader from now on. No letter was sent.' },
  asked: {
    kind: 'good',
    title: 'A confirmation is on its way. They are a reader once they press its button.',
  },
  'asked-enough': {
    kind: 'attention',
    title: 'No letter was sent: this address gets one confirmation a day, and three in all until it answers.',
  },
  'already-here': { kind: 'attention', title: 'Known here already: nothing was changed.' },
  changed: { kind: 'good', title: 'Changed. It holds from the next letter on.' },
  link: { kind: 'good', title: 'Their link is on its way.' },
  confirmation: { kind: 'good', title: 'The confirmation is on its way once more.' },
  'too-soon': {
    kind: 'attention',
    title: 'No letter was sent: they have just had one, or as many confirmations as an address gets.',
  },
  left: { kind: 'attention', title: 'Nothing was changed: they are no reader any more.' },
  unsubscribed: { kind: 'good', title: 'Unsubscribed. No letter of the newsletter goes there any more.' },
  suppressed: { kind: 'good', title: 'No letter goes to that address any more, whoever asks.' },
  'suppressed-before': {
    kind: 'attention',
    title: 'That address was not written to before: nothing was changed.',
  },
  lifted: { kind: 'good', title: 'That address may be written to again, once they sign up themselves.' },
  'not-suppressed': { kind: 'attention', title: 'That address was not kept out: nothing was changed.' },
  erased: {
    kind: 'good',
    title: 'Erased. A keyed hash of the address stays, so that no import brings them back.',
  },
};

export function noticeAt({ searchParams }: URL): { kind: 'good' | 'attention'; title: string } | undefined {
  const did = searchParams.get('did') ?? '';
  return Object.hasOwn(NOTICES, did) ? NOTICES[did] : undefined;
}
