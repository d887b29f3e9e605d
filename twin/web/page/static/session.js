// The conversation as the service remembers it: /sessions/<id>. Loaded only where it does.

import { Problem, explain } from "./stream.js";

const PATIENCE = 10_000; // milliseconds
const [download, deletion, confirmation, message, turns] = [
  "download", "delete", "confirmation", "message", "turns",
].map((id) => document.getElementById(id));

/** What is asked of the service about a conversation, and the buttons for it. */
export class Session {
  settled = null; // a promise, while it is not known what the service remembers

  /** `say` and `redraw` are the page's; `abort` ends the answer that is being written. */
  constructor(conversation, { say, redraw, abort }) {
    Object.assign(this, { conversation, say, redraw, abort });
    deletion.addEventListener("click", () => {
      confirmation.returnValue = "";
      confirmation.showModal();
    });
    confirmation.addEventListener("close", async () => {
      if (confirmation.returnValue !== "delete") return;
      await (this.settled = this.erase(conversation.sessionId));
      message.focus();
    });
    addEventListener("storage", (event) => {
      if (conversation.follow(event)) redraw();
    });
  }

  /** Return a new question's key, with which it is answered once; make the conversation's id if it has none. */
  makeKey() {
    this.conversation.sessionId ??= makeId();
    return makeId();
  }

  update() {
    const { sessionId, turns: said } = this.conversation;
    deletion.hidden = said.length === 0;
    download.hidden = !said.some((turn) => turn.answer && turn.state !== "pending"); // nothing else is kept
    download.href = `${locate(sessionId)}/export`;
  }

  /** Show what the service remembers or, where it cannot say, what this browser does. */
  start() {
    const { sessionId } = this.conversation;
    if (sessionId) this.settled = this.restore(sessionId);
  }

  async restore(id) {
    try {
      const kept = await fetchTurns(id);
      if (this.conversation.sessionId !== id) return; // a new chat has begun
      this.conversation.adopt(kept);
      this.redraw();
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      this.say("The twin cannot be reached: this is what your browser kept.", { visibly: true });
    }
    const [{ type }] = performance.getEntriesByType("navigation");
    if (type === "navigate") turns.lastElementChild?.scrollIntoView({ behavior: "instant" }); // a reload stays where it was
  }

  /** Delete the conversation from the service, and only then here. */
  async erase(id) {
    this.abort();
    try {
      await reach(id, "DELETE");
    } catch (error) {
      this.say(`Nothing was deleted. ${error.message}`, { visibly: true });
      return;
    }
    this.conversation.forget(id);
    this.redraw();
    this.say("Deleted.", { visibly: true });
  }
}

/** Return the turns that the service has of a session, null where it knows none; throw a Problem where it cannot say. */
async function fetchTurns(id) {
  const response = await reach(id, "GET");
  if (response.status === 404) return null;
  try {
    return pair((await response.json()).messages);
  } catch {
    throw new Problem("The conversation broke off.");
  }
}

/** Return what was said as turns. */
function pair(messages) {
  const paired = [];
  for (const { role, content, sources, unsupported, finish_reason: reason } of messages) {
    if (role === "user") paired.push({ question: content, answer: "", state: "stopped", note: "Stopped." });
    else if (!paired.length) continue; // a greeting, in a conversation from elsewhere
    else if (reason === "interrupted") paired.at(-1).answer = content;
    else Object.assign(paired.at(-1), { answer: content, sources, unsupported, state: "answered", note: explain(reason) });
  }
  return paired;
}

async function reach(id, method) {
  const response = await fetch(locate(id), { method, signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw new Problem("The twin cannot be reached. Are you online?");
  });
  if (response.ok || response.status === 404) return response;
  throw new Problem("The twin cannot reach its records at the moment.");
}

function locate(id) {
  return new URL(`../../sessions/${encodeURIComponent(id)}`, import.meta.url);
}

/** Return a random UUID (RFC 9562, version 4); browsers make one by themselves on https and localhost only. */
function makeId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
