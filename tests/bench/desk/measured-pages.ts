import { EDITION } from './full-desk.ts';

/** The pages of the desk that are measured; add yours. */
export const DESK_PAGES: Record<string, string> = {
  'the desk': '/desk/',
  'the editions': '/desk/editions/',
  'an edition on its way': `/desk/editions/${EDITION}/`,
  'an edition of before': '/desk/editions/past-7/',
  'the articles': '/desk/articles/',
};
