/**
 * The desk's script: has the browser make a passkey or show one, between a question from here and the answer to it. All
 * else is done by plain forms.
 */
const CHOSEN_NONE = 'Nothing was chosen, or it took too long. Try again when you are ready.';
const KNOWN = 'This device has a passkey for this desk already.';
const AWAY = 'The site does not answer. Try again in a minute.';

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) prepare(form);

function prepare(form: HTMLFormElement): void {
  const button = form.querySelector('button');
  const output = form.querySelector('output');
  if (!button || !output) return;
  if (!hasPasskeys()) {
    output.textContent = output.dataset.without ?? '';
    return;
  }
  output.textContent = '';
  button.disabled = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    output.textContent = '';
    run(form)
      .then((to) => location.assign(to))
      .catch((error: unknown) => {
        output.textContent = words(error);
        button.disabled = false;
      });
  });
}

function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential &&
    'parseRequestOptionsFromJSON' in PublicKeyCredential &&
    'toJSON' in PublicKeyCredential.prototype
  );
}

/** Where to go on. */
async function run(form: HTMLFormElement): Promise<string> {
  const { question, to } = await post(form.action, {});
  if (!question) return to ?? '/desk/';
  const credential = (await answer(form, question)) as PublicKeyCredential | null;
  if (!credential) throw new Refusal(CHOSEN_NONE);
  const fields = Object.fromEntries(new FormData(form));
  return (await post(form.action, { ...fields, credential: credential.toJSON() })).to ?? '/desk/';
}

function answer(form: HTMLFormElement, question: unknown): Promise<Credential | null> {
  if (form.dataset.passkey === 'create') {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      question as PublicKeyCredentialCreationOptionsJSON,
    );
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    question as PublicKeyCredentialRequestOptionsJSON,
  );
  return navigator.credentials.get({ publicKey });
}

async function post(address: string, body: object): Promise<{ question?: unknown; to?: string }> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const type = response.headers.get('content-type') ?? '';
  const isJson = type.startsWith('application/json');
  const said = isJson
    ? await response.json()
    : { message: type.startsWith('text/plain') && (await response.text()) };
  if (!response.ok || !isJson) throw new Refusal(said.message || AWAY);
  return said;
}

/** What the site has said against it. */
class Refusal extends Error {}

function words(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof DOMException)
    return error.name === 'InvalidStateError'
      ? KNOWN
      : error.name === 'NotAllowedError'
        ? CHOSEN_NONE
        : error.message;
  return AWAY;
}
