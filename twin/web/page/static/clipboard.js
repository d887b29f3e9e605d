// Copying, with a button that says how it went.

import { rename } from "./elements.js";
import { say } from "./texts.js";

const SHOWN = 2_000; // milliseconds

/** Copy `text`, and `tell` and show on an icon whether that was possible. */
export async function copyText(text, button, tell) {
  const name = button.ariaLabel;
  try {
    await navigator.clipboard.writeText(text);
    tell(say("copied"));
    button.classList.add("done");
    rename(button, say("copied"));
  } catch {
    tell(say("copy_refused"), { visibly: true });
  }
  setTimeout(() => {
    button.classList.remove("done");
    rename(button, name);
  }, SHOWN);
}
