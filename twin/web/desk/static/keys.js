// The keyboard: j and k go to the next and the previous, r to the reply, / to the search.

const items = () => [...document.querySelectorAll("a.entry, .saying")];

function go(step) {
  const all = items();
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function reply() {
  const field = document.querySelector("#reply");
  const entry = document.activeElement?.closest?.("a.entry");
  if (field) field.focus();
  else if (entry) location.assign(`${entry.href}#reply`);
}

function search() {
  const field = document.querySelector("#words");
  field?.focus();
  field?.select();
}

const ACTIONS = { j: () => go(1), k: () => go(-1), r: reply, "/": search };

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && isTyping) event.target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in ACTIONS)) return;
  event.preventDefault();
  ACTIONS[event.key]();
});
