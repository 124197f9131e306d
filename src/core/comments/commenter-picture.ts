import { createHmac } from 'node:crypto';

/**
 * Names the picture of an address, in 6 hex digits. The same address has the same picture on this site, and another
 * elsewhere. It is never worked back: without the secret only a published comment here shows whether two addresses may
 * be one; with it, 24 bits are too few to be sure: of a billion addresses sixty share each name.
 *
 * @param emailKey of `parseEmailAddress`
 */
export function pictureName(secret: Buffer, emailKey: string): string {
  return createHmac('sha256', secret).update(`commenter-picture\0${emailKey}`).digest('hex').slice(0, 6);
}

/**
 * A watch post at night with some of its windows lit: one of 16,777,216, the same for the same name. Undefined where
 * the name is none. At most 700 bytes, needs nothing from outside; readable from 24 px on, on light and dark paper.
 */
export function pictureSvg(name: string): string | undefined {
  if (!/^[0-9a-f]{6}$/.test(name)) return undefined;
  const take = taker(scattered(Number.parseInt(name, 16)));
  const [sky, land, wall] = NIGHTS[take(3)] ?? NIGHTS[0];
  const isPale = take(1) === 1;
  const tower = isPale ? '#eee6d6' : wall;
  const parts = [
    shape('M0 0h32v32H0z', sky),
    shape(LIGHTS[take(3)], '#f6e7c1'),
    shape(LANDS[take(3)], land),
    shape(`M10 32V11h16v21z${ROOFS[take(3)]}`, tower),
    ...windows(take(9), take(1) === 1, land),
  ].join('');
  const drawn = take(1) === 1 ? `<g transform="matrix(-1 0 0 1 32 0)">${parts}</g>` : parts;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${drawn}</svg>`;
}

/** Another of the 24-bit numbers for each, so that neighbours look unlike: odd factors and shifts can be undone. */
function scattered(number: number): number {
  let bits = Math.imul(number ^ 0x5a_a5c3, 0x9e_3779) & MASK;
  bits = Math.imul(bits ^ (bits >>> 12), 0x85_ebcb) & MASK;
  bits = Math.imul(bits ^ (bits >>> 11), 0xc2_b2af) & MASK;
  return bits ^ (bits >>> 13);
}

const MASK = 0xff_ffff;

/** Takes so many bits off the end of a number at each call. */
function taker(number: number): (bits: number) => number {
  let rest = number;
  return (bits) => {
    const taken = rest & ((1 << bits) - 1);
    rest >>>= bits;
    return taken;
  };
}

function shape(path: string | undefined, fill: string): string {
  return `<path d="${path}" fill="${fill}"/>`;
}

/** Three floors of three, a bit for each: lit or dark. */
function windows(lit: number, areArched: boolean, dark: string): string[] {
  const outline = areArched ? 'v-3q1.5-2.5 3 0v3z' : 'v-4h3v4z';
  const paths = ['', ''];
  for (let place = 0; place < 9; place += 1) {
    const foot = 17 + 6 * Math.floor(place / 3);
    paths[(lit >> place) & 1] += `M${11.5 + 5 * (place % 3)} ${foot}${outline}`;
  }
  const [unlitPath = '', litPath = ''] = paths;
  return [...(unlitPath ? [shape(unlitPath, dark)] : []), ...(litPath ? [shape(litPath, '#f5b14a')] : [])];
}

/** The colours of eight nights: sky, land, wall. Middling, so that they stand out from either paper. */
const NIGHTS = [
  ['#4653a0', '#323c78', '#161a33'],
  ['#2c6e9e', '#1f5076', '#0f2233'],
  ['#21807c', '#175c59', '#0b2827'],
  ['#4f8250', '#38603a', '#15281a'],
  ['#7a559a', '#583c72', '#241733'],
  ['#a4557a', '#793b58', '#341826'],
  ['#ab5f42', '#7f432d', '#351a12'],
  ['#6b7686', '#4e5866', '#1b212a'],
] as const;

/** In the corner of the sky: moons in their phases, stars. */
const LIGHTS = [
  'M2 6a3.5 3.5 0 0 1 7 0a3.5 3.5 0 0 1-7 0z',
  'M7 2.5a4 4 0 1 0 2 6a4 4 0 0 1-2-6z',
  'M3.5 2.5a4 4 0 1 1-2 6a4 4 0 0 0 2-6z',
  'M5.5 2a4 4 0 0 1 0 8z',
  'M5.5 1l1 4 4 1-4 1-1 4-1-4-4-1 4-1z',
  'M2 3h2v2H2zM7 2h1.5v1.5H7zM5 7h2v2H5zM2 11h1.5v1.5H2z',
  'M0 5a6 6 0 0 1 0 12z',
  'M2 3h5v1.5H2zM0 6h7v1.5H0zM3 9h4v1.5H3z',
];

/** What the post stands on. */
const LANDS = [
  'M0 28h32v4H0z',
  'M0 32v-8q8-6 16 1t16-1v8z',
  'M0 26q2-2.5 4 0t4 0t4 0t4 0t4 0t4 0t4 0t4 0v6H0z',
  'M0 30L4.5 18L9 30h17l3-8 3 8v2H0z',
  'M0 32V22L5 15l7 10h14l6-5v12z',
  'M1 32v-8H0l5-5 5 5v8zM26 32v-5h6v5z',
  'M0 30h2v-7h2v7h2v-7h2v7h20v-7h2v7h2v2H0z',
  'M0 18l32 11v3H0z',
];

/** On the walls, which end at 11 and reach from 10 to 26. */
const ROOFS = [
  'M8 11l10-8 10 8z',
  'M10 11V6.5h4v2h2v-2h4v2h2v-2h4V11z',
  'M10 11a8 8 0 0 1 16 0z',
  'M9 11V9L27 3v8z',
  'M12 11L18 .5 24 11z',
  'M8 11V8.5h4.5V6H11l7-4.5L25 6h-1.5v2.5H28V11z',
  'M10 11V8h3V5h3V2h4v3h3v3h3v3z',
  'M9 11V8h8V1.5l8 2.5-6 2v2h8v3z',
];
