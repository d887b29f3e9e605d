// The chat: what the visitor does, and what happens then.

import { takeQuestion, takeSessionId } from "./arrival.js";
import { setUpChatList } from "./chatlist.js";
import { Chats } from "./chats.js";
import { copyText } from "./clipboard.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { followLatest, showEnd } from "./latest.js";
import { OwnerDoor } from "./owner.js";
import { Session, locateExport } from "./session.js";
import { Problem, ask, explain } from "./stream.js";
import { say, sayDays, sayWhen } from "./texts.js";
import { guessLanguage } from "./tongues.js";
import { TurnList } from "./turnlist.js";
import { describe } from "./view.js";
import { Waiting } from "./waiting.js";

const find = (id) => document.getElementById(id);
const [stop, newChat, turns, welcome, status] = ["stop", "new-chat", "turns", "welcome", "status"].map(find);
const { days } = document.documentElement.dataset; // for which the service remembers what is said, if it does
const memory = days !== undefined;
const conversation = Conversation.restore(memory ? "localStorage" : "sessionStorage");
const composer = new Composer({ conversation, submit });
const list = new TurnList(conversation, turns, {
  onRetry: ({ turn }) => retry(turn),
  onRegenerate: ({ turn }) => regenerate(turn),
  onEdit: ({ turn }) => composer.edit(turn),
  onCopy: ({ turn, copy }) => copyText(turn.answer, copy, tell),
  onCopyCode: (code, button) => copyText(code, button, tell),
  onEnd: (view) => door?.furnish(view),
});
let answering = null; // the AbortController of the answer that is being written
let ended = Promise.resolve(); // when the last answer is
const chats = memory ? new Chats(Number(days)) : null;
const session = memory
  ? new Session(conversation, { tell, redraw, chats, abort: () => answering?.abort(), onKept: (kept) => door.take(kept) })
  : null;
const door = memory ? new OwnerDoor({ conversation, composer, session, list, tell, update, settle }) : null;

/** Draw the conversation anew; an answer that is being written belongs to another one. */
function redraw() {
  answering?.abort();
  answering = null;
  list.redraw();
  update();
  showEnd(turns);
  door?.leave();
}

async function retry(turn) {
  await session?.settled;
  if (answering || !conversation.turns.includes(turn)) return;
  list.drop(turn);
  start(turn.question, turn.key);
}

function regenerate(turn) {
  if (answering) return;
  if (!memory) list.drop(turn); // what the service remembers stays
  start(turn.question);
}

/** Wait until no answer is being written. */
async function settle() {
  while (answering) await ended;
}

/** Tell what happened: to screen readers, and to all where it cannot be seen otherwise. */
function tell(text, { visibly = false, language = document.documentElement.lang } = {}) {
  status.lang = language;
  status.textContent = text;
  status.classList.toggle("unseen", !visibly || !text);
}

function update() {
  const isEmpty = conversation.turns.length === 0;
  welcome.hidden = !isEmpty;
  newChat.hidden = isEmpty;
  stop.hidden = !answering;
  composer.update(Boolean(answering));
  for (const view of list) view.hold(Boolean(answering));
}

function start(question, key = session?.makeKey()) {
  ended = answer(question, key);
}

async function answer(question, key) {
  const controller = (answering = new AbortController());
  const turn = conversation.add(question, key);
  const view = list.show(turn);
  view.element.classList.add("new");
  session?.list();
  tell(say("writing"));
  update();
  composer.focus();
  view.element.scrollIntoView({ block: "start" });
  let waiting = new Waiting((text) => view.wait(text, tell));
  try {
    const chat = { message: question, sessionId: conversation.sessionId, key };
    for await (const { name, data } of ask(chat, controller.signal)) {
      if (name === "again") {
        waiting.end();
        tell(say("again_soon", { when: sayWhen(data.seconds) }), { visibly: true });
      }
      if (name === "session") {
        if (!status.classList.contains("unseen")) tell(say("writing"));
        turn.answer = ""; // of a try that broke off
        conversation.sessionId = data.session_id;
        conversation.save();
      }
      if (name === "delta") {
        waiting.end();
        turn.answer += data.text;
        view.grow();
      }
      if (name === "done") {
        const { response, sources, unsupported, grounded, speaker, finish_reason: reason } = data;
        const isHeld = speaker === "owner"; // who is in the conversation, and answers there
        const [text, state] = isHeld ? ["", "held"] : [response, "answered"];
        Object.assign(turn, { answer: text, sources, unsupported, grounded, speaker, state, reason: explain(reason) });
      }
    }
  } catch (error) {
    fail(turn, error, controller.signal.aborted);
  }
  waiting.end();
  turn.answeredAt = Date.now();
  if (answering === controller) await view.settle();
  if (answering !== controller) return; // another chat has begun
  answering = null;
  conversation.save();
  tell([view.text, describe(turn)].join(" "), { language: turn.answer ? view.answer.lang : undefined });
  update();
  if (turn.state === "held") door?.wait();
}

function fail(turn, error, isStopped) {
  if (isStopped) {
    Object.assign(turn, { state: "stopped", reason: "stopped" });
    return;
  }
  const isKnown = error instanceof Problem;
  if (!isKnown) console.error(error);
  const { reason, message, seconds } = isKnown ? error : { reason: "page_failed", message: "", seconds: 0 };
  Object.assign(turn, { state: "failed", reason, note: message, retryAt: seconds ? Date.now() + seconds * 1_000 : 0 });
}

/** Ask what the visitor wrote, in place of a turn that failed if it was that question. */
async function submit(question, edited) {
  await session?.settled;
  if (answering || !question.trim()) return;
  composer.clear(question);
  if (edited?.state === "failed") list.drop(edited);
  start(question.trim());
}

/** Open the chat that the address leads to, unless the page shows it; return whether it is another one. */
function openLinked() {
  const id = takeSessionId();
  if (!session || !id || id === conversation.sessionId) return false;
  session.open(id, { isLinked: true });
  return true;
}

stop.addEventListener("click", () => {
  answering?.abort();
  composer.focus();
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
  if (!answering) return;
  event.preventDefault();
  stop.click();
});

newChat.addEventListener("click", () => {
  if (session) session.settled = null; // what is not known yet is of the chat before
  conversation.clear();
  redraw();
  tell(say(memory ? "new_chat_kept" : "new_chat_begun"), { visibly: memory });
  composer.focus();
});

turns.addEventListener("twin:ready", () => tell(say("retry_now")));

for (const text of document.querySelectorAll(":is(.greeting, .starters):not([lang])")) text.lang = guessLanguage(text.textContent);
for (const button of document.querySelectorAll(".starters button")) {
  button.disabled = false; // until now a click would have done nothing
  button.addEventListener("click", () => submit(button.textContent));
}

if (memory) {
  find("kept").textContent = Number(days) ? say("caution_kept", { time: sayDays(Number(days)) }) : say("caution_forever");
  setUpChatList(find("chats"), find("chat-list"), {
    chats,
    findCurrent: () => conversation.sessionId,
    actions: {
      open: (id) => session.open(id),
      forget: (id) => session.forget(id),
      erase: (id, onConfirm) => session.confirm(id, onConfirm),
      locateExport,
    },
  });
}

history.scrollRestoration = "manual"; // the conversation's end is in view
followLatest(turns, find("latest"), find("composer"), () => composer.focus());
redraw();
if (!openLinked()) session?.start();
addEventListener("hashchange", openLinked);

addEventListener("pagehide", () => {
  if (answering) conversation.save(); // all else is saved, and another tab may have saved more since
});

const asked = takeQuestion();
if (asked !== null) submit(asked);
