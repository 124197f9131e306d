/** The night in which every page opens, for what cannot read tokens.css: a browser's own bars. A test holds them equal. */
export const THEME_COLOUR = '#12161f';
