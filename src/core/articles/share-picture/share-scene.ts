/** The colours of the night, as in tokens.css. */
export const NIGHT = {
  sky: '#12161f',
  ground: '#1c2230',
  house: '#2a3346',
  rule: '#343d52',
  ink: '#ece8df',
  soft: '#b6bcc9',
  amber: '#e9a23b',
  flag: '#9c240d',
};

export const SIZE = { width: 1200, height: 630 };
/** Everything stands between these edges. */
export const EDGE = 64;
/** The rule above the foot. */
export const FLOOR = 520;

/** The watch house on its posts, on a grid of 16, and its window. */
const HOUSE = 'M8 0l7 5h-2v5h1v1h-2l1.5 5h-2L10 11H6l-1.5 5h-2L4 11H2v-1h1V5H1zM6 6v3h4V6z';
const WINDOW = 'M6 6h4v3H6z';

/** What stands behind the words: the night, the mark, a floor; and a watch house on it where there is no other picture. */
export function backdrop({ hasHouse }: { hasHouse: boolean }): Buffer {
  const { width, height } = SIZE;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><radialGradient id="glow"><stop stop-color="${NIGHT.amber}" stop-opacity=".2"/><stop offset="1" stop-color="${NIGHT.amber}" stop-opacity="0"/></radialGradient></defs>
<rect width="${width}" height="${height}" fill="${NIGHT.sky}"/>
${hasHouse ? watchHouse() : ''}
<path d="M0 ${FLOOR}H${width}V${height}H0z" fill="${NIGHT.ground}"/>
<g transform="translate(${EDGE} ${EDGE - 8}) scale(2.75)">${house(NIGHT.ink)}</g>
</svg>`);
}

function watchHouse(): string {
  const size = 352;
  const [left, top] = [SIZE.width - EDGE - size + 8, FLOOR - size];
  return `<circle cx="${left + size / 2}" cy="${top + (size * 7.5) / 16}" r="250" fill="url(#glow)"/>
<g transform="translate(${left} ${top}) scale(${size / 16})">${house(NIGHT.house)}</g>`;
}

function house(colour: string): string {
  return `<path d="${WINDOW}" fill="${NIGHT.amber}"/><path d="${HOUSE}" fill="${colour}" fill-rule="evenodd"/>`;
}
