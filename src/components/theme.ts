/** The paper by day and by night, for what cannot read tokens.css: a browser's own bars. A test holds them equal. */
export const THEME_COLOURS = { light: '#f8f5ee', dark: '#171c27' } as const;
