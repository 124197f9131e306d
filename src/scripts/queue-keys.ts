/**
 * Keys for the queue of comments. Everything they do is a button or a link of the page: without this script the page
 * does the same, with it a decision leaves the rest of the page, and the place in it, as they were.
 */

const OFF = 'watchpost-queue-keys-off';

const main = (): HTMLElement => document.querySelector('main') as HTMLElement;
const cards = (): HTMLElement[] => [...main().querySelectorAll<HTMLElement>('article.queued:not([inert])')];
const dialog = (): HTMLDialogElement | null => document.querySelector('#queue-keys');

/** Stays where it is when the page's content is replaced, so that what is written into it is read out. */
const said = document.createElement('p');
said.className = 'hidden';
said.setAttribute('aria-live', 'polite');
said.id = 'queue-said';
document.body.append(said);

/** One decision after another, in the order in which they were made. */
let sending: Promise<void> = Promise.resolve();
/** Comments whose decision is on its way. */
const decided = new Set<string>();

/** The comment that the keys are about: that which has the focus, or holds what has it. */
function current(): HTMLElement | undefined {
  return document.activeElement?.closest<HTMLElement>('article.queued') ?? undefined;
}

function focusOn(card: HTMLElement | undefined): void {
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: 'nearest' });
}

function step(by: 1 | -1): void {
  const all = cards();
  const here = current();
  const place = here ? all.indexOf(here) + by : by === 1 ? 0 : all.length - 1;
  focusOn(all[Math.min(Math.max(place, 0), all.length - 1)]);
}

function press(value: string, within: ParentNode | undefined): void {
  const button = within?.querySelector<HTMLButtonElement>(`button[name="action"][value="${value}"]`);
  if (button) button.click();
  else say('There is nothing here that this key does.');
}

function say(words: string): void {
  said.textContent = '';
  requestAnimationFrame(() => {
    said.textContent = words;
  });
}

function reply(): void {
  const details = current()?.querySelector<HTMLDetailsElement>('details.answer');
  if (details) details.open = true;
  if (details) details.querySelector('textarea')?.focus();
  else say('This comment cannot be answered here.');
}

function select(): void {
  const box = current()?.querySelector<HTMLInputElement>('input[form="selected"]');
  if (!box) return;
  box.checked = !box.checked;
  saySelected();
}

function saySelected(): void {
  const count = main().querySelectorAll('input[form="selected"]:checked').length;
  say(count === 1 ? '1 comment is selected.' : `${count} comments are selected.`);
}

const KEYS: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  a: () => press('approve', current()),
  s: () => press('spam', current()),
  t: () => press('delete', current()),
  h: () => press('hold', current()),
  u: () => press('undo', main()),
  r: reply,
  x: select,
  '?': () => dialog()?.showModal(),
};

const TYPED_INTO = 'input:not([type="checkbox"]), textarea, select, [contenteditable]';

document.addEventListener('keydown', (event) => {
  const { key, target, ctrlKey, metaKey, altKey, isComposing, repeat, defaultPrevented } = event;
  if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return;
  if (target instanceof Element && target.closest(TYPED_INTO)) return;
  if (dialog()?.open) return;
  const act = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (!act || (key !== '?' && isOff())) return;
  if (repeat && key !== 'j' && key !== 'k') return; // held down, a key decides once
  event.preventDefault();
  act();
});

/** WCAG 2.1.4: keys of one letter can be switched off. */
function isOff(): boolean {
  return localStorage.getItem(OFF) !== null;
}

/** A form of the queue is sent without leaving the page; where that fails, as any form is. */
document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post' || !main().contains(form)) return;
  event.preventDefault();
  const made = decisionOf(form, submitter instanceof HTMLButtonElement ? submitter : undefined);
  if (made.moves) letGo(made.moves);
  sending = sending.then(() => send(made));
});

/** A form as it was when it was sent: by the time that its turn comes, the page may show another. */
interface Decision {
  form: HTMLFormElement;
  fields: URLSearchParams;
  /** The one comment that it moves to another list. */
  moves: HTMLElement | undefined;
}

function decisionOf(form: HTMLFormElement, submitter: HTMLButtonElement | undefined): Decision {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) fields.append(name, String(value));
  const isMove = ['approve', 'spam', 'delete', 'hold'].includes(submitter?.value ?? '');
  const card = form.closest<HTMLElement>('article.queued') ?? undefined;
  return { form, fields, moves: isMove ? card : undefined };
}

/** The next key is about the next comment, before the server has answered for this one. */
function letGo(card: HTMLElement): void {
  const all = cards();
  const place = all.indexOf(card);
  decided.add(card.id);
  focusOn(all[place + 1] ?? all[place - 1]);
  card.inert = true;
}

async function send({ form, fields, moves }: Decision): Promise<void> {
  try {
    // Also where the page is left meanwhile.
    const response = await fetch(addressOf(form), { method: 'POST', body: fields, keepalive: true });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const content = page.querySelector('main');
    if (moves) decided.delete(moves.id);
    if (content && !response.redirected) {
      carryOver(main(), content, form);
      replace(content);
    } else location.reload(); // signed out meanwhile
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (moves) decided.delete(moves.id);
    if (moves) moves.inert = false;
    say('The site could not be reached: it is not known whether anything was changed. Load the page again.');
  }
}

/** `form.action` is its button of that name. */
function addressOf(form: HTMLFormElement): URL {
  return new URL(form.getAttribute('action') ?? '', location.href);
}

/** What was typed or ticked elsewhere on the page, and not sent, stays. */
function carryOver(from: HTMLElement, to: HTMLElement, sent: HTMLFormElement): void {
  for (const { id, value, form } of from.querySelectorAll<HTMLTextAreaElement>('.answer textarea')) {
    const same = to.querySelector<HTMLTextAreaElement>(`#${id}`);
    if (!same || !value || form === sent) continue;
    same.value = value;
    same.closest('details')?.setAttribute('open', '');
  }
  if (sent.id === 'selected') return;
  for (const { value } of from.querySelectorAll<HTMLInputElement>('input[form="selected"]:checked')) {
    const same = to.querySelector<HTMLInputElement>(`input[form="selected"][value="${value}"]`);
    if (same) same.checked = true;
  }
}

/** Shows what the server answered; the focus stays on the same comment, or goes to the one that followed it. */
function replace(content: HTMLElement): void {
  const here = current();
  const ids = cards().map(({ id }) => id);
  const place = here ? ids.indexOf(here.id) : -1;
  main().replaceWith(content);
  for (const card of cards()) card.inert = decided.has(card.id);
  const wrong = content.querySelector<HTMLTextAreaElement>('.error ~ textarea');
  const ways = place < 0 ? [] : [...ids.slice(place), ...ids.slice(0, place).reverse()];
  const next = ways.map((id) => content.querySelector<HTMLElement>(`#${id}`)).find((card) => card !== null);
  if (wrong) wrong.focus();
  else if (next) focusOn(next);
  else content.focus();
  begin();
  const words = content.querySelector('[data-done] .title')?.textContent?.trim();
  if (words) say(words);
}

/** What only a script can offer is shown where there is one. */
function begin(): void {
  for (const one of main().querySelectorAll<HTMLElement>('[data-scripted]')) one.hidden = false;
  const off = dialog()?.querySelector<HTMLInputElement>('[name="keys-on"]');
  if (off) off.checked = !isOff();
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest('[data-show-keys]')) dialog()?.showModal();
  const link = target?.closest<HTMLElement>('[data-select]');
  if (!link) return;
  event.preventDefault();
  const isAll = link.dataset.select === 'all';
  for (const box of main().querySelectorAll<HTMLInputElement>('input[form="selected"]')) box.checked = isAll;
  saySelected();
});

document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  if (target.name === 'comment') saySelected();
  if (target.name !== 'keys-on') return;
  if (target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, '1');
});

begin();
