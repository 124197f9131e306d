/**
 * Ways to reach somebody outside: phone numbers, mail addresses, and names on messengers, each in one spelling.
 *
 * @param text in NFKC, so that digits of other widths are digits
 */
export function contactsIn(text: string): string[] {
  return [...phones(text), ...mailboxes(text), ...messengerNames(text)];
}

/** Nine digits are left of each, as one writer begins with +44 and another with 0. */
export function phoneContact(digits: string): string {
  return `phone ${digits.slice(-9)}`;
}

export function messengerContact(name: string): string {
  return `name ${name.toLowerCase()}`;
}

/** 9 to 15 digits (E.164) with what people put between; not a part of a word, an address or a decimal number. */
const PHONE = /(?<![\p{L}\d_.,/=@#:-])(?:\+|00|\()?\d(?:[ ()./-]{0,2}\d){8,14}(?![\p{L}\d_@:-]|[.,]\d)/gu;

/**
 * Of numbers only those that begin with + or 00, are grouped as in North America, or are called a phone's: others
 * are times, versions and addresses.
 */
function phones(text: string): string[] {
  return [...text.matchAll(PHONE)]
    .filter(
      ({ 0: typed, index }) =>
        /^(?:\+|00[1-9])|^\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}$/.test(typed) ||
        CALLED.test(before(text, index)),
    )
    .map(([typed]) => phoneContact(typed.replace(/\D/g, '')));
}

const CALLED =
  /(?:whats ?app|\b(?:call|text|phone|tel|telephone|mobile|cell|dial|sms|signal|viber|wa)\b)[^\n]{0,20}$/i;

function mailboxes(text: string): string[] {
  return [...text.matchAll(/(?<![\w.+%-])[\w.+%-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,6}/gi)].map(
    ([address]) => `mail ${address.toLowerCase()}`,
  );
}

/** `@name` beside the name of a messenger; alone it may be another commenter. */
function messengerNames(text: string): string[] {
  const beside = [...text.matchAll(/(?<![\w.@/])@(\w{4,32})(?![\w@])/g)]
    .filter(({ 0: typed, index }) =>
      MESSENGER.test(before(text, index) + text.slice(index, index + typed.length + 30)),
    )
    .map(([, name = '']) => name);
  const called = [
    ...text.matchAll(/\b(?:telegram|tg|skype|wechat|icq|kik|wickr)[ \t]{0,3}[:=][ \t]{0,3}(\w{4,32})/gi),
  ].map(([, name = '']) => name);
  return [...beside, ...called].map(messengerContact);
}

const MESSENGER =
  /telegram|\btg\b|whats ?app|\bsignal\b|instagram|\binsta\b|\big\b|skype|wechat|discord|snapchat|\bkik\b|\bicq\b/i;

function before(text: string, index: number): string {
  return text.slice(Math.max(0, index - 40), index);
}
