// Saves a place (a cell, a choice) as soon as it is changed, and says what became of it. Used by grid.js and pick.js.
//
// What a page writes:  <td class="cell" data-save="/url" data-version="3"> or <fieldset class="pick-set" data-save …>
//   inside an element with an id, and after it the macro forms.saving(id): the line with counts, the list of what to mend,
//   and every sentence, translated, in data- attributes.
// What is sent:        POST data-save, form-encoded `value` (a choice: see pick.js) and `version`, headers X-CSRFToken, X-Once
//                      (a key: the same one twice is one entry) and X-Requested-With: fetch.
// What is answered:    200 {version, value, note}   stored; `value` as it now stands; `note` goes to the row's [data-note]
//                      422 {message}                refused: the place is marked and listed with its reason
//                      409 {message, theirs, their_name, version}   somebody else stored something meanwhile: both values
//                      401, 403, 400 {message}      may not, or signed out: what was typed stays
//                      no answer, 429, 5xx          kept and sent again, by itself, until it arrives
// One request at a time per place; what is typed meanwhile is sent after it. Without this script the form's own button
// sends the same inputs by name.

const PAUSE = 400; // ms after the last key
const AGAIN = 4000; // ms until what did not arrive is sent again
const UNSAVED = ["waiting", "saving", "unsent", "wrong", "clash"];
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const boards = new Map();

/** The line and the list that belong to the region around `element`; regions without them save silently. */
function boardOf(element) {
  const line = [...document.querySelectorAll("[data-saving-of]")].find(
    (one) => document.getElementById(one.dataset.savingOf)?.contains(element),
  );
  const key = line ?? document.body;
  if (!boards.has(key)) boards.set(key, new Board(line));
  return boards.get(key);
}

class Board {
  constructor(line) {
    this.places = [];
    this.says = line?.dataset ?? {};
    this.counts = line ? [...line.querySelectorAll("[data-count]")] : [];
    this.list = line?.querySelector(".entry-mend");
  }

  show() {
    for (const pill of this.counts) {
      const states = pill.dataset.count.split(" ");
      const n = this.places.filter((place) => states.includes(place.state)).length;
      const text = pill.dataset.text.replace("{n}", n);
      const words = pill.querySelector("span");
      pill.hidden = n === 0;
      if (words.textContent !== text) words.textContent = text;
    }
  }
}

/** One thing that saves itself. `element` carries data-save and data-version; subclasses know how it is read and shown. */
export class Place {
  constructor(element) {
    this.element = element;
    this.version = element.dataset.version ?? "";
    this.state = "";
    this.stored = this.value;
    this.busy = false;
    this.refused = undefined;
    this.board = boardOf(element);
    this.board.places.push(this);
  }

  /** What is sent beside the version. */
  get fields() {
    return { value: this.value };
  }

  /** The key of one attempt: what is sent again because no answer came is still the same attempt, and counts once. */
  keyOf(fields) {
    const attempt = JSON.stringify(fields);
    if (attempt !== this.attempt) this.key = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    this.attempt = attempt;
    return this.key;
  }

  /** A value as a reader says it; nothing is a dash. */
  words(value) {
    return value || "—";
  }

  /** Wait for a pause in typing, then send. */
  later() {
    clearTimeout(this.timer);
    if (this.state !== "waiting") this.become(this.busy ? "saving" : "waiting");
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.busy || (this.complaint && this.value === this.refused)) return; // it was answered; the reader decides
    if (this.value === this.stored) {
      this.become(this.wasStored ? "saved" : "");
      return;
    }
    this.busy = true;
    this.become("saving");
    const sent = this.value;
    const fields = { ...this.fields, version: this.version };
    const [status, answer] = await post(this.element.dataset.save, fields, this.keyOf(fields));
    this.busy = false;
    this.hear(status, answer, sent);
    if (this.value !== sent && this.value !== this.stored) this.later();
  }

  hear(status, answer, sent) {
    if (status === 200) this.accept(answer, sent);
    else if (status === 409 && "theirs" in answer) this.clash(answer);
    else if (status === 0 || status === 429 || status >= 500) this.keep();
    else this.become("wrong", answer.message || this.board.says.failed);
    this.refused = sent;
  }

  accept(answer, sent) {
    this.version = answer.version ?? this.version;
    this.stored = sent;
    this.wasStored = true;
    if (answer.value !== undefined && this.value === sent) {
      this.value = String(answer.value);
      this.stored = this.value;
    }
    const note = this.element.closest("tr, li")?.querySelector("[data-note]");
    if (note && typeof answer.note === "string") note.textContent = answer.note;
    this.become("saved");
  }

  keep() {
    this.become("unsent");
    this.timer = setTimeout(() => this.send(), AGAIN);
  }

  /** Theirs is what stands now; the reader has seen it, so what he does next is meant. */
  clash(answer) {
    const theirs = String(answer.theirs);
    this.version = answer.version;
    this.stored = theirs;
    const { mine = "{value}", theirs: whose = "{value}" } = this.board.says;
    this.become("clash", answer.message, [
      button(mine.replace("{value}", this.words(this.value)), () => this.decide(this.value)),
      button(whose.replace("{name}", answer.their_name ?? "").replace("{value}", this.words(theirs)), () => this.decide(theirs)),
    ]);
  }

  decide(value) {
    this.refused = undefined;
    this.value = value;
    this.wasStored = true;
    this.send();
    this.focus();
  }

  /** Put back what is stored. */
  undo() {
    this.value = this.stored;
    this.send();
  }

  become(state, message = "", actions = []) {
    if (this.state) this.element.classList.remove(this.state);
    this.state = state;
    if (state) this.element.classList.add(state);
    this.complain(message, actions);
    this.board.show();
  }

  complain(message, actions) {
    this.complaint?.remove();
    this.complaint = undefined;
    for (const input of this.inputs) {
      input.toggleAttribute("aria-invalid", this.state === "wrong");
      if (this.state === "wrong") input.setAttribute("aria-invalid", "true");
      input.removeAttribute("aria-describedby");
    }
    if (!message || !this.board.list) return;
    const words = document.createElement("span");
    words.className = this.state === "clash" ? "st st-wait" : "st st-bad";
    words.textContent = `${this.name} · ${message}`;
    this.complaint = document.createElement("li");
    this.complaint.id = `mend-${this.board.places.indexOf(this)}-${this.board.says.savingOf}`;
    this.complaint.append(words, ...actions);
    this.board.list.append(this.complaint);
    for (const input of this.inputs) input.setAttribute("aria-describedby", this.complaint.id);
  }

  focus() {
    this.inputs[0]?.focus();
  }
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm btn-plain";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

/** POST the fields; the answer is [status, parsed body], status 0 when nothing came back. */
async function post(url, fields, key) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "X-CSRFToken": token, "X-Once": key, "X-Requested-With": "fetch", Accept: "application/json" },
      keepalive: true,
    });
    return [response.status, await response.json().catch(() => ({}))];
  } catch {
    return [0, {}];
  }
}

function every() {
  return [...boards.values()].flatMap((board) => board.places);
}

// From here on what only the scriptless need (.js-hide) may go: a browser too old for modules never comes here.
document.documentElement.classList.add("saves");
addEventListener("online", () => every().filter((place) => place.state === "unsent").forEach((place) => place.send()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) every().filter((place) => place.state === "waiting").forEach((place) => place.send());
});
addEventListener("beforeunload", (event) => {
  if (every().some((place) => UNSAVED.includes(place.state))) event.preventDefault();
});
