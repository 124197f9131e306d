import { EDITION, KEPT } from './full-desk.ts';
import { WELL_KNOWN } from './many-subscribers.ts';

/** The pages of the desk that are measured; add yours. */
export const DESK_PAGES: Record<string, string> = {
  'the desk': '/desk/',
  'the articles': '/desk/articles/',
  'the comments': '/desk/comments/',
  'a flood that is one cluster': '/desk/comments/?state=held&cluster=flood-held',
  'the published comments': '/desk/comments/?state=published',
  'the spam': '/desk/comments/?state=spam',
  'a search that finds no comment': '/desk/comments/?state=published&words=nobody+says+this',
  'one comment': '/desk/comments/1/',
  'the lists and rules': '/desk/comments/rules/',
  'the editions': '/desk/editions/',
  'an edition on its way': `/desk/editions/${EDITION}/`,
  'an edition of before': '/desk/editions/past-7/',
  'the next digest, composed': '/desk/editions/next/weekly/',
  'the letters of a digest': '/desk/editions/letters/digest/weekly/',
  'the letters of an alert': '/desk/editions/letters/alert/worm/',
  'the subscribers': '/desk/subscribers/',
  'those of a large domain': '/desk/subscribers/?q=%40large.test',
  'a search that finds no subscriber': '/desk/subscribers/?q=nobody&anywhere=on',
  'one with ten years of letters': `/desk/subscribers/${WELL_KNOWN}/`,
  'the page that adds a subscriber': '/desk/subscribers/add/',
  'the kept mail': '/desk/mail/',
  'a kept letter': `/desk/mail/${KEPT}/`,
  'the audit log': '/desk/audit/',
  'the audit log of one person': '/desk/audit/?who=Person+7',
  'the people': '/desk/people/',
  'the account': '/desk/account/',
};
