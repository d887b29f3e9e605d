// Turns of the conversation as elements.

import { annotate } from "./annotations.js";
import { furnish } from "./blocks.js";
import { make, makeButton, makeIcon } from "./elements.js";
import { Failure } from "./failure.js";
import { Markdown } from "./markdown.js";
import { listSources, makeLegend } from "./sources.js";
import { readSupport } from "./support.js";
import { say, sayInstant } from "./texts.js";
import { findDirection, guessLanguage } from "./tongues.js";

const { name: owner } = document.documentElement.dataset;

/** One question and its answer, drawn at most once a frame while it grows. */
export class TurnView {
  /** `actions` are `onRetry`, `onRegenerate`, `onEdit`, `onCopy`, `onEnd`, called with the view, and `onCopyCode`. */
  constructor(turn, actions) {
    Object.assign(this, { turn, actions });
    this.element = make("article", "turn");
    this.question = make("h2", "question", turn.question);
    this.answer = make("div", "answer");
    this.speaker = make("p", "speaker");
    this.waiting = make("p", "waiting");
    this.foot = make("div", "foot");
    this.markdown = new Markdown(this.answer);
    this.question.dir = findDirection(turn.question);
    setLanguage(this.question, turn.question);
    this.copy = makeIcon("copy", say("copy"), () => actions.onCopy(this));
    const asked = make("div", "asked");
    const edit = makeIcon("edit", say("edit"), () => actions.onEdit(this));
    asked.append(edit, this.question);
    if (turn.question) this.element.append(sign("speaker you", [say("you")], turn.at), asked);
    this.element.append(this.speaker, this.answer, this.waiting, this.foot);
    this.drawing = null;
    this.next = 0; // when it may be drawn again
    this.finish();
  }

  /** Draw soon what the turn has by then. */
  grow() {
    this.drawing ??= setTimeout(() => requestAnimationFrame(() => this.draw()), this.next - performance.now());
  }

  draw(places) {
    clearTimeout(this.drawing);
    this.drawing = null;
    if (this.finished) return;
    const start = performance.now();
    this.answer.dir = findDirection(this.turn.answer);
    this.markdown.draw(this.turn.answer, places);
    const end = performance.now();
    this.next = end + (end - start); // the page does other things for as long as this took
  }

  /** Finish a turn that was just answered, in parts, between which the page does other things. */
  async settle() {
    await pause();
    const support = this.readSupport();
    await pause();
    this.finish(support);
    await pause();
  }

  readSupport() {
    return this.turn.state === "answered" ? readSupport(this.turn) : null;
  }

  /** Draw all of the turn, and what can be done with it. */
  finish(support = this.readSupport()) {
    const { state, answer } = this.turn;
    this.finished = false;
    this.draw(support?.places);
    this.finished = state !== "pending";
    this.element.dataset.state = state;
    this.element.dataset.speaker = this.turn.speaker ?? "";
    this.element.setAttribute("aria-busy", state === "pending");
    this.waiting.textContent = "";
    this.signAnswer();
    if (support) this.explain(support);
    if (this.finished) {
      setLanguage(this.answer, answer);
      furnish(this.answer, this.actions.onCopyCode);
    }
    this.endWith();
  }

  /** Say who answers, and when: the twin, the owner, or the twin in words that the owner wrote before. */
  signAnswer() {
    const { state, speaker, at, answeredAt } = this.turn;
    const written = owner ? say("written_by", { name: owner }) : say("written_by_owner");
    const own = [owner, say("written_by_owner")].filter(Boolean);
    const who = { approved: [written], owner: own }[speaker] ?? [owner || say("unnamed"), say("ai")];
    const signed = sign("speaker", who, answeredAt ?? at);
    signed.hidden = state === "held"; // nobody has answered yet
    this.speaker.replaceWith(signed);
    this.speaker = signed;
  }

  endWith() {
    const { state, answer, speaker } = this.turn;
    this.failure?.end();
    this.failure = null;
    this.foot.replaceChildren();
    if (state === "failed") this.failure = new Failure(this.turn, () => this.actions.onRetry(this));
    const note = describe(this.turn);
    if (this.failure) this.foot.append(this.failure.element);
    else if (note) this.foot.append(make("p", "note", note));
    if (state === "stopped") this.foot.append(makeRetry(() => this.actions.onRetry(this)));
    if (answer && state !== "pending") this.foot.append(this.copy);
    if (state === "answered" && speaker !== "owner") {
      this.foot.append(makeIcon("again", say("regenerate"), () => this.actions.onRegenerate(this)));
    }
    this.actions.onEnd(this);
  }

  /** Show what supports the answer: in it, and under it what has no place there. */
  explain(support) {
    const legend = annotate(this.answer, support) ? makeLegend() : null;
    const sources = listSources(support);
    this.answer.after(...[legend, sources].filter(Boolean));
  }

  /** Say something while no word has come; "" ends that. */
  wait(text, tell) {
    this.waiting.textContent = text;
    if (text) tell(text);
  }

  /** Hold back what asks again while something else is asked. */
  hold(isHeld) {
    this.failure?.hold(isHeld);
    for (const button of this.foot.querySelectorAll(":scope > :is(.retry, .again)")) button.disabled = isHeld;
  }

  remove() {
    this.failure?.end();
    this.element.remove();
  }

  get text() {
    return this.answer.textContent;
  }
}

/** Return what a visitor is told of how an answer ended; `note` is of an older page. */
export function describe({ state, reason, note }) {
  if (state === "held") return say("held", { name: owner || say("the_owner") });
  return say(reason) || note || "";
}

/** Wait for the next task; a timer would take a second in a tab that is not seen. */
function pause() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  }).finally(() => port1.close());
}

function makeRetry(onRetry) {
  const button = makeButton(say("retry"), onRetry);
  button.className = "retry";
  return button;
}

function setLanguage(element, text) {
  element.lang = guessLanguage(text);
}

/** Return a line that says who speaks, and when. */
function sign(className, who, at) {
  const line = make("p", className);
  const parts = who.map((name) => make("bdi", "", name));
  if (at) parts.push(Object.assign(make("time", "", sayInstant(at)), { dateTime: new Date(at).toISOString() }));
  line.append(...parts.flatMap((part, index) => (index ? [" · ", part] : [part])));
  return line;
}
