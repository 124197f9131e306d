import { EDITION } from './full-desk.ts';

/** The pages of the desk that are measured; add yours. */
export const DESK_PAGES: Record<string, string> = {
  'the desk': '/desk/',
  'the editions': '/desk/editions/',
  'an edition on its way': `/desk/editions/${EDITION}/`,
  'the calendar of editions': '/desk/editions/calendar/',
  'letters of the edition, one by one': `/desk/subscribers/letters/?edition=${EDITION}&state=queued`,
  'the kept mail': '/desk/mail/',
  'a search in the kept mail': '/desk/mail/?q=nobody-of-that-name',
  'an edition of before': '/desk/editions/past-7/',
  'the articles': '/desk/articles/',
};
