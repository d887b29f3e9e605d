// The chat: what the visitor does, and what happens then.

import { Conversation } from "./conversation.js";
import { Problem, ask, explain } from "./stream.js";
import { TurnView } from "./view.js";

const LONGEST = 20_000; // characters, that the service takes as a message
const WRITING = "The answer is being written.";
const find = (id) => document.getElementById(id);
const [composer, message, send, stop, newChat, turns, welcome, status] = [
  "composer", "message", "send", "stop", "new-chat", "turns", "welcome", "status",
].map(find);
const memory = document.documentElement.dataset.memory; // how long the service remembers what is said, if it does
const conversation = Conversation.restore(memory ? "localStorage" : "sessionStorage");
let answering = null; // the AbortController of the answer that is being written
const { Session } = memory ? await import("./session.js") : {};
const session = Session && new Session(conversation, { say, redraw, abort: () => answering?.abort() });

function show(turn) {
  const view = new TurnView(turn, {
    async onRetry() {
      await session?.settled;
      if (answering || !conversation.turns.includes(turn)) return;
      conversation.remove(turn);
      view.element.remove();
      start(turn.question, turn.key);
    },
    onCopy: copy,
  });
  turns.append(view.element);
  return view;
}

/** Draw the conversation anew; an answer that is being written belongs to another one. */
function redraw() {
  answering?.abort();
  answering = null;
  turns.replaceChildren();
  conversation.turns.forEach(show);
  update();
}

/** Tell what happened: to screen readers, and to all where it cannot be seen otherwise. */
function say(text, { visibly = false } = {}) {
  status.textContent = text;
  status.classList.toggle("unseen", !visibly);
}

function update() {
  const isEmpty = conversation.turns.length === 0;
  welcome.hidden = !isEmpty;
  newChat.hidden = isEmpty;
  session?.update();
  send.hidden = Boolean(answering);
  stop.hidden = !answering;
  for (const retry of turns.querySelectorAll(".retry")) retry.disabled = Boolean(answering);
  message.style.height = "auto"; // the field is as high as its text
  message.style.height = `${message.scrollHeight}px`;
}

async function start(question, key = session?.makeKey()) {
  const controller = (answering = new AbortController());
  const turn = conversation.add(question, key);
  const view = show(turn);
  say(WRITING);
  update();
  message.focus();
  view.element.scrollIntoView({ block: "start" });
  try {
    const chat = { message: question, sessionId: conversation.sessionId, key };
    for await (const { name, data } of ask(chat, controller.signal)) {
      if (name === "again") say(`No answer yet. Trying again in ${data.seconds} s.`, { visibly: true });
      if (name === "session") {
        if (status.textContent !== WRITING) say(WRITING);
        turn.answer = ""; // of a try that broke off
        conversation.sessionId = data.session_id;
        conversation.save();
      }
      if (name === "delta") {
        turn.answer += data.text;
        view.grow();
      }
      if (name === "done") {
        const { response, sources, unsupported, finish_reason: reason } = data;
        Object.assign(turn, { answer: response, sources, unsupported, state: "answered", note: explain(reason) });
      }
    }
  } catch (error) {
    if (!controller.signal.aborted && !(error instanceof Problem)) console.error(error);
    const note = error instanceof Problem ? error.message : "Something went wrong on this page.";
    Object.assign(turn, controller.signal.aborted ? { state: "stopped", note: "Stopped." } : { state: "failed", note });
  }
  if (answering !== controller) return; // another chat has begun
  answering = null;
  conversation.save();
  view.finish();
  say([view.text, turn.note].join(" "));
  update();
}

async function copy(view) {
  try {
    await navigator.clipboard.writeText(view.turn.answer);
    say("Copied.");
    view.copy.textContent = "Copied";
  } catch {
    say("The browser does not let this page copy.");
    view.copy.textContent = "Not allowed";
  }
  setTimeout(() => (view.copy.textContent = "Copy"), 2_000);
  message.focus();
}

async function submit(question) {
  await session?.settled;
  if (answering || !question.trim()) return;
  if (question === message.value) message.value = conversation.draft = "";
  start(question.trim());
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(message.value);
  message.focus();
});

message.addEventListener("keydown", (event) => {
  const isComposing = event.isComposing || event.keyCode === 229; // as Safari says it
  if (event.key === "Enter" && !event.shiftKey && !isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

message.addEventListener("input", () => {
  message.setCustomValidity(message.value.length > LONGEST ? `Please shorten it to ${LONGEST} characters.` : "");
  conversation.draft = message.value;
  conversation.save();
  update();
});

stop.addEventListener("click", () => {
  answering?.abort();
  message.focus();
});

newChat.addEventListener("click", () => {
  if (session) session.settled = null; // what is not known yet is of the chat before
  conversation.clear();
  redraw();
  say(memory ? `A new chat. The twin keeps the one before ${memory}.` : "A new chat.", { visibly: Boolean(memory) });
  message.focus();
});

for (const button of document.querySelectorAll(".starters button")) {
  button.disabled = false; // until now a click would have done nothing
  button.addEventListener("click", () => submit(button.textContent));
}

message.value = conversation.draft;
redraw();
session?.start();

addEventListener("pagehide", () => {
  if (answering) conversation.save(); // all else is saved, and another tab may have saved more since
});

const address = new URL(location.href);
const asked = address.searchParams.get("m");
if (asked !== null) {
  address.searchParams.delete("m");
  history.replaceState(null, "", address);
  submit(asked);
}
