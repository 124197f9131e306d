/** Pieces that letters trip over: scripts, directions, blanks, dots, marks of MIME and of mail itself. */
const PIECES = [
  ...[
    'word',
    'Röntgen',
    'שלום עולם',
    'مرحبا',
    '日本語の見出し',
    '🗼👩‍💻',
    'é',
    '\u202Bx\u202C',
    '=3D',
    '=',
    '.',
    '..',
    '>',
  ],
  ...[
    '<b>&amp;',
    '"quoted"',
    "it's",
    '--=_watchpost',
    '--',
    'From ',
    'a'.repeat(60),
    'ß'.repeat(60),
    ' ',
    '  ',
    '\t',
    '\u00a0',
  ],
  ...['Bcc: x@example.org', '?=', '=?utf-8?Q?x?=', ',', ';', '(', ')', '\\', ':'],
];

/** A line of such pieces, with at least one that can be seen. */
export function randomLine(random: () => number, most = 30): string {
  const count = 1 + Math.floor(random() * most);
  const pieces = Array.from({ length: count }, () => PIECES[Math.floor(random() * PIECES.length)]);
  return `x${pieces.join(random() < 0.5 ? ' ' : '')}x`;
}

export function randomLines(random: () => number, most: number): string {
  const lines = Array.from({ length: 1 + Math.floor(random() * most) }, () =>
    random() < 0.2 ? '' : randomLine(random),
  );
  return `${lines.map((line) => (random() < 0.3 ? `.${line}` : line)).join('\n')}\nThe end.`;
}
