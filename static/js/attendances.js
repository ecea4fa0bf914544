// Fills in the minutes of a session, from start to end, for each person chosen whose minutes nobody typed.
// Without it the field may stay empty: the server then counts the whole session.
const starts = document.getElementById("starts_at");
const ends = document.getElementById("ends_at");
const rows = [...document.querySelectorAll("[data-attendance]")].map((element) => ({
  person: element.querySelector("select"),
  minutes: element.querySelector("input"),
}));

function length() {
  const [from, to] = [starts.value, ends.value].map((text) => {
    const [hours, minutes] = text.split(":").map(Number);
    return hours * 60 + minutes;
  });
  return to > from ? String(to - from) : "";
}

function fill() {
  for (const { person, minutes } of rows) {
    if (minutes.dataset.typed) continue;
    minutes.value = person.value === "0" ? "" : length();
  }
}

for (const { person, minutes } of rows) {
  if (minutes.value) minutes.dataset.typed = "yes";
  minutes.addEventListener("input", () => {
    if (minutes.value) minutes.dataset.typed = "yes";
    else delete minutes.dataset.typed;
  });
  person.addEventListener("change", fill);
}
for (const input of [starts, ends]) input.addEventListener("change", fill);
