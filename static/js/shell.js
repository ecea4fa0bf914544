// The shell: what only a script can do appears (.js-only), the menu under one's name closes when one goes on, and a
// refused form says so first.
document.documentElement.classList.add("js");

const menu = document.querySelector("details.who");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

const printer = document.querySelector("[data-print]");
if (printer) printer.addEventListener("click", () => window.print());

// A step that the reader need not take by hand: back from the provider that said who they are.
const onward = document.querySelector("form[data-onward]");
if (onward) onward.requestSubmit();

const refusal = document.querySelector("[data-focus]");
if (refusal) refusal.focus();
