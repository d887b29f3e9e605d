// /widget: the line to copy, and the widget itself as it would be.

const form = document.getElementById("options");
const line = document.getElementById("line");
const status = document.getElementById("status");

function read() {
  const { open, ...given } = Object.fromEntries(new FormData(form));
  if (open) given.open = "true";
  return Object.entries(given).filter(([, value]) => value);
}

let shown = Promise.resolve(); // one preview after the other, so that only the last one stays
let waiting = 0;

function update() {
  const script = document.createElement("script");
  script.src = new URL(line.dataset.script, location.href);
  script.async = true;
  for (const [name, value] of read()) script.dataset[name] = value;
  line.textContent = script.outerHTML.replace(' async=""', "").replace("></script>", " async></script>");
  waiting += 1;
  form.setAttribute("aria-busy", true);
  shown = shown.then(() => show(script));
}

function show(script) {
  Object.values(window.twinWidgets ?? {}).forEach((old) => old.remove(true));
  document.querySelectorAll("body > script").forEach((old) => old.remove());
  return new Promise((resolve) => {
    script.onload = script.onerror = () => {
      waiting -= 1;
      form.setAttribute("aria-busy", waiting > 0);
      resolve();
    };
    document.body.append(script);
  });
}

document.getElementById("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(line.textContent);
    status.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(line);
    status.textContent = "Selected: copy it with your keyboard.";
  }
});
form.addEventListener("input", update);
form.addEventListener("submit", (event) => event.preventDefault());
update();
