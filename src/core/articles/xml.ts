import { escapeHtml, type SafeHtml } from '../platform/safe-html.ts';

/** Text as it can stand in an element or a quoted attribute of XML. */
export function xmlText(text: string): string {
  return escapeHtml(legalText(text));
}

/** The same, escaped as the RSS profile asks of titles: who reads them as HTML sees the same characters. */
export function rssText(text: string): string {
  return legalText(text).replace(/[&<>]/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`);
}

/** HTML as the text of an element. */
export function htmlInXml(html: SafeHtml): string {
  return `<![CDATA[${legalText(html).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

/** Without the characters that no escape makes legal in XML 1.0, other controls, and the mark of a broken character. */
export function legalText(text: string): string {
  return text.replace(ILLEGAL, '');
}

const ILLEGAL = /[[\p{Cc}--[\t\n\r]]\p{Cs}\uFFFD\uFFFE\uFFFF]/gv;
