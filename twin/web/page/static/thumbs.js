// How the visitor judges an answer: a thumb, and a line with one that points down.

import { make, makeButton, makeIcon } from "./elements.js";
import { post } from "./exchange.js";
import { say } from "./texts.js";

const LONGEST = 1_000; // characters of a note

/** Keep a judgement `{value, note}` of the answer at a place among a session's messages; null stands for the last one. */
export async function judge(id, place, { value, note }) {
  await post(id, "feedback", { message: place, value, ...(note && { note }) });
}

/** Return the two buttons of an answer; `onJudge` keeps `{value, note}` and throws a Problem. */
export function makeThumbs(turn, onJudge, tell) {
  const up = makeIcon("thumb up", say("thumb_up"), () => press(1));
  const down = makeIcon("thumb down", say("thumb_down"), () => press(-1));
  let form = null;

  function show() {
    up.ariaPressed = turn.thumb === 1;
    down.ariaPressed = turn.thumb === -1;
    if (turn.thumb !== -1) close();
  }

  function close() {
    form?.remove();
    form = null;
  }

  async function press(value) {
    const isKept = await keep({ value: turn.thumb === value ? 0 : value });
    if (!isKept || turn.thumb !== -1) return;
    form = makeNote();
    down.after(form);
  }

  async function keep(given) {
    try {
      await onJudge(given);
      show();
      return true;
    } catch (error) {
      tell(error.message, { visibly: true });
      return false;
    }
  }

  function makeNote() {
    const made = make("form", "remark");
    const field = Object.assign(make("input"), { type: "text", maxLength: LONGEST, placeholder: say("what_was_wrong"), dir: "auto" });
    field.ariaLabel = say("what_was_wrong");
    const send = Object.assign(makeButton(say("send"), () => {}), { type: "submit", className: "offer" });
    made.append(field, send);
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const note = field.value.trim();
      if (note && !(await keep({ value: -1, note }))) return;
      close();
      down.focus();
      if (note) tell(say("note_kept"), { visibly: true });
    });
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      close();
      down.focus();
    });
    return made;
  }

  show();
  return [up, down];
}
