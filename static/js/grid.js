// An entry table that saves each cell as it is typed. What page and server must provide stands in saving.js.
// Keys: ↑ ↓ and Enter go to the next person in the same column, Escape puts back what is stored.
import { Place } from "./saving.js";

class Cell extends Place {
  get input() {
    return this.element.querySelector("input, select");
  }

  get inputs() {
    return [this.input];
  }

  get value() {
    return this.input.value.trim();
  }

  set value(text) {
    this.input.value = text;
  }

  get name() {
    return this.input.getAttribute("aria-label");
  }
}

function neighbour(td, step) {
  const column = td.cellIndex;
  for (let row = td.parentElement; row; ) {
    row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    const input = row?.cells[column]?.querySelector("input, select");
    if (input) return input;
  }
  return null;
}

function onKey(event, cell) {
  const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") cell.undo();
  if (!step || event.isComposing || (event.target.tagName === "SELECT" && event.key !== "Enter")) return;
  event.preventDefault();
  const next = neighbour(cell.element, step);
  next?.focus();
  next?.select?.();
}

for (const td of document.querySelectorAll("td.cell[data-save]")) {
  const cell = new Cell(td);
  cell.input.addEventListener("input", (event) => event.isComposing || cell.later());
  cell.input.addEventListener("compositionend", () => cell.later());
  cell.input.addEventListener("change", () => cell.send());
  cell.input.addEventListener("keydown", (event) => onKey(event, cell));
}
