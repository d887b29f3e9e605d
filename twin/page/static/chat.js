// The chat: what the visitor does, and what happens then.

import { Conversation } from "./conversation.js";
import { Problem, ask } from "./stream.js";
import { TurnView } from "./view.js";

const LONGEST = 20_000; // characters, that the service takes as a message
const find = (id) => document.getElementById(id);
const [composer, message, send, stop, newChat, turns, welcome, status] = [
  "composer", "message", "send", "stop", "new-chat", "turns", "welcome", "status",
].map(find);
const conversation = Conversation.restore();
let answering = null; // the AbortController of the answer that is being written

function show(turn) {
  const view = new TurnView(turn, {
    onRetry() {
      if (answering) return;
      conversation.remove(turn);
      view.element.remove();
      start(turn.question);
    },
    onCopy: copy,
  });
  turns.append(view.element);
  return view;
}

function update() {
  welcome.hidden = conversation.turns.length > 0;
  newChat.hidden = conversation.turns.length === 0;
  send.hidden = Boolean(answering);
  stop.hidden = !answering;
  for (const retry of turns.querySelectorAll(".retry")) retry.disabled = Boolean(answering);
  message.style.height = "auto"; // the field is as high as its text
  message.style.height = `${message.scrollHeight}px`;
}

async function start(question) {
  const controller = (answering = new AbortController());
  const turn = conversation.add(question);
  const view = show(turn);
  status.textContent = "The answer is being written.";
  update();
  message.focus();
  view.element.scrollIntoView({ block: "start" });
  try {
    for await (const { name, data } of ask(question, conversation.sessionId, controller.signal)) {
      if (name === "session") {
        conversation.sessionId = data.session_id;
        conversation.save();
      }
      if (name === "delta") {
        turn.answer += data.text;
        view.grow();
      }
      if (name === "done") Object.assign(turn, { answer: data.response, state: "answered", note: explain(data) });
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
  status.textContent = [view.text, turn.note].join(" ");
  update();
}

function explain(done) {
  return done.finish_reason === "length" ? "The answer reached its length limit." : "";
}

async function copy(view) {
  try {
    await navigator.clipboard.writeText(view.turn.answer);
    status.textContent = "Copied.";
    view.copy.textContent = "Copied";
  } catch {
    status.textContent = "The browser does not let this page copy.";
    view.copy.textContent = "Not allowed";
  }
  setTimeout(() => (view.copy.textContent = "Copy"), 2_000);
  message.focus();
}

function submit(question) {
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
  answering?.abort();
  answering = null;
  conversation.clear();
  turns.replaceChildren();
  status.textContent = "A new chat.";
  update();
  message.focus();
});

for (const button of document.querySelectorAll(".starters button")) {
  button.disabled = false; // until now a click would have done nothing
  button.addEventListener("click", () => submit(button.textContent));
}

conversation.turns.forEach(show);
message.value = conversation.draft;
update();

addEventListener("pagehide", () => conversation.save());

const address = new URL(location.href);
const asked = address.searchParams.get("m");
if (asked !== null) {
  address.searchParams.delete("m");
  history.replaceState(null, "", address);
  submit(asked);
}
