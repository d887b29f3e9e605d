// The chat in the widget's frame: focus comes from the page around it, and goes back there.

const message = document.getElementById("message");
const tell = (word) => parent.postMessage(`twin:${word}`, "*"); // it tells nothing to whoever frames us

addEventListener("focus", () => message.focus());
addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return; // it ended an answer
  if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open], :popover-open")) tell("close");
});
document.getElementById("close").addEventListener("click", () => tell("close"));
tell("ready");
if (document.hasFocus()) message.focus();
