// The chat in the widget's frame: focus comes from the page around it, and goes back there.

const message = document.getElementById("message");
const close = () => parent.postMessage("twin:close", "*"); // a word that tells nothing

addEventListener("focus", () => message.focus());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) close();
});
document.getElementById("close").addEventListener("click", close);
if (document.hasFocus()) message.focus();
