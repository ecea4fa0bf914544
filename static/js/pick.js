// A choice of a few words that saves itself when it is made. What page and server must provide stands in saving.js:
// <fieldset class="pick-set" data-save="/url" data-version="3"> with a legend that says whose choice it is.
import { Place } from "./saving.js";

class Pick extends Place {
  get inputs() {
    return [...this.element.querySelectorAll("input[type=radio]")];
  }

  get value() {
    return this.inputs.find((input) => input.checked)?.value ?? "";
  }

  set value(text) {
    for (const input of this.inputs) input.checked = input.value === text;
  }

  get name() {
    return this.element.querySelector("legend").textContent.trim();
  }
}

for (const fieldset of document.querySelectorAll("fieldset.pick-set[data-save]")) {
  const pick = new Pick(fieldset);
  fieldset.addEventListener("change", () => pick.send());
}
