// Blocks of code in an answer, and what copies them.

import { makeIcon } from "./elements.js";
import { say } from "./texts.js";

/** Give each block of code of a finished answer a button; `onCopyCode` takes its text and the button. */
export function furnish(answer, onCopyCode) {
  for (const block of answer.querySelectorAll(".code:not(:has(button))")) {
    const pre = block.querySelector("pre");
    const copy = makeIcon("copy", say("copy_code"), () => onCopyCode(pre.textContent, copy));
    block.prepend(copy);
  }
}
