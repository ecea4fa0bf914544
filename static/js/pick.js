// A choice of a few words that saves itself when it is made. What page and server must provide stands in saving.js:
// <fieldset class="pick-set" data-save="/url" data-version="3"> with a legend that says whose choice it is.
// A choice may ask for more: <div class="pick-more" data-of="late"> with one input, shown while that choice stands;
// with `required` the choice is sent once it is filled. Sent is each input by the last part of its name, e7-status as
// `status`; a value, as in {value, theirs}, is the choice and what was added: "late 15".
import { Place } from "./saving.js";

class Pick extends Place {
  get inputs() {
    return [...this.element.querySelectorAll("input[type=radio]")];
  }

  get radio() {
    return this.inputs.find((input) => input.checked);
  }

  get more() {
    return this.element.querySelector(`.pick-more[data-of="${this.radio?.value}"] input`);
  }

  get value() {
    return `${this.radio?.value ?? ""} ${this.more?.value.trim() ?? ""}`.trim();
  }

  set value(text) {
    const [chosen, ...rest] = text.split(" ");
    for (const input of this.inputs) input.checked = input.value === chosen;
    if (this.more) this.more.value = rest.join(" ");
    this.show();
  }

  get fields() {
    const filled = [this.radio, this.more].filter(Boolean);
    return Object.fromEntries(filled.map((input) => [input.name.split("-").pop(), input.value.trim()]));
  }

  get name() {
    return this.element.querySelector("legend").textContent.trim();
  }

  words(text) {
    const [chosen, ...rest] = text.split(" ");
    const radio = this.inputs.find((input) => input.value === chosen);
    return [radio?.parentElement.textContent.trim() ?? "—", ...rest].join(" ");
  }

  show() {
    for (const part of this.element.querySelectorAll(".pick-more")) {
      part.classList.toggle("on", part.dataset.of === this.radio?.value);
    }
  }

  choose() {
    this.show();
    const asks = this.more?.required && !this.more.value.trim();
    if (!asks) return this.send();
    this.become("");
    this.more.focus();
  }
}

for (const fieldset of document.querySelectorAll("fieldset.pick-set[data-save]")) {
  const pick = new Pick(fieldset);
  for (const radio of pick.inputs) radio.addEventListener("change", () => pick.choose());
  for (const input of fieldset.querySelectorAll(".pick-more input")) {
    input.addEventListener("input", (event) => event.isComposing || pick.later());
    input.addEventListener("compositionend", () => pick.later());
    input.addEventListener("blur", () => pick.send());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // the page's form is for those without script
      pick.send();
    });
  }
}
