// Passkeys: asks the browser for one, and puts what it says into the page's own form, which is then sent as any other.
// What a page writes:  <form data-passkey="/url" hidden> with <input type="hidden" name="credential">, a button, and
//   the line of people/passkeys/says.html, which has every sentence. What is wanted is fetched from /url when the button is
//   pressed, for signing in; or stands in data-wanted, for a new passkey. Both are {origin, publicKey}, as JSON.
// Beside it, [data-passkey-none] is what those without script read.

const KINDS = ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"];
const REASONS = { InvalidStateError: "twice", NotAllowedError: "cancelled", AbortError: "cancelled" };

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

function text(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The JSON form, with bytes where the browser takes bytes: not every browser can read it itself. */
function readable(wanted) {
  const known = wanted.excludeCredentials?.map((one) => ({ ...one, id: bytes(one.id) }));
  const user = wanted.user && { ...wanted.user, id: bytes(wanted.user.id) };
  return { ...wanted, challenge: bytes(wanted.challenge), ...(user && { user }), ...(known && { excludeCredentials: known }) };
}

function sendable(credential) {
  const filled = KINDS.filter((kind) => credential.response[kind]);
  const response = Object.fromEntries(filled.map((kind) => [kind, text(credential.response[kind])]));
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

class Asking {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-says]");
    this.button = form.querySelector("button");
    form.hidden = false;
    for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = true;
    if (!globalThis.PublicKeyCredential || !navigator.credentials) {
      this.button.hidden = true;
      this.say("unable");
      return;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  say(what, more = []) {
    this.line.hidden = false;
    this.line.replaceChildren(this.line.dataset[what], ...more);
  }

  async wanted() {
    if (this.form.dataset.wanted) return JSON.parse(this.form.dataset.wanted);
    const answer = await fetch(this.form.dataset.passkey, {
      method: "POST",
      body: new URLSearchParams(new FormData(this.form)),
      headers: { "X-Requested-With": "fetch", Accept: "application/json" },
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    this.line.hidden = false;
    this.line.textContent = said.message || this.line.dataset.failed;
    return null;
  }

  async ask() {
    if (this.button.disabled) return;
    this.button.disabled = true;
    try {
      const wanted = await this.wanted();
      if (!wanted) return;
      if (wanted.origin !== location.origin) {
        this.leadTo(wanted.origin);
        return;
      }
      this.say("asking");
      const publicKey = readable(wanted.publicKey);
      const isNew = Boolean(wanted.publicKey.user);
      const credential = await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      this.form.elements.credential.value = sendable(credential);
      this.form.submit();
    } catch (error) {
      this.say(REASONS[error.name] ?? "failed");
    } finally {
      this.button.disabled = false;
    }
  }

  /** A passkey is made for one address; whoever opened the college by another goes there. */
  leadTo(origin) {
    const link = document.createElement("a");
    link.className = "link";
    link.href = origin + location.pathname + location.search;
    link.textContent = origin;
    this.say("elsewhere", [" ", link]);
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) new Asking(form);
