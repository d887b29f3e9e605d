// The conversation as the service remembers it: /sessions/<id>.

import { Problem, explain } from "./stream.js";
import { say } from "./texts.js";

const PATIENCE = 10_000; // milliseconds
const confirmation = document.getElementById("confirmation");

/** What is asked of the service about a conversation. */
export class Session {
  settled = null; // a promise, while it is not known what the service remembers

  /**
   * `tell` and `redraw` are the page's; `abort` ends the answer that is being written; `chats` is this browser's list;
   * `onKept` takes what the service has of a session that was just drawn.
   */
  constructor(conversation, { tell, redraw, abort, chats, onKept }) {
    Object.assign(this, { conversation, tell, redraw, abort, chats, onKept });
    addEventListener("storage", (event) => {
      if (conversation.follow(event)) redraw();
    });
  }

  /** Return a new question's key, with which it is answered once; make the conversation's id if it has none. */
  makeKey() {
    this.conversation.sessionId ??= makeId();
    return makeId();
  }

  /** Show what the service remembers or, where it cannot say, what this browser does. */
  start() {
    const { sessionId, turns } = this.conversation;
    if (!sessionId) return;
    if (turns.length) this.list();
    this.settled = this.restore(sessionId);
  }

  /** Put the conversation first in the list of this browser's, where anything was asked: of the twin, or its owner. */
  list(asked = "") {
    const { sessionId, turns } = this.conversation;
    const first = turns.find(({ question }) => question);
    if (first || asked) this.chats.remember(sessionId, first?.question ?? asked);
  }

  async restore(id, { isLinked = false } = {}) {
    const { conversation } = this;
    try {
      const kept = await fetchSession(id);
      if (conversation.sessionId !== id) return; // a new chat has begun
      const { turns } = conversation;
      const isGone = !kept && !isLinked && (turns.length === 0 || turns.some((turn) => turn.state === "answered"));
      conversation.adopt(kept?.turns ?? null);
      if (isGone) this.leave(id);
      this.redraw();
      if (kept) this.onKept(kept);
      if (isLinked) this.arrive(kept);
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      this.tell(conversation.turns.length ? say("own_copy") : error.message, { visibly: true });
    }
  }

  /** Go to a chat of the list, or to one that a link leads to. */
  open(id, { isLinked = false } = {}) {
    if (id === this.conversation.sessionId) return;
    this.conversation.open(id);
    this.redraw();
    this.tell("");
    this.settled = this.restore(id, { isLinked });
  }

  /** Say what a link has led to: a chat, into which others with the link see too, or a session without a word. */
  arrive(kept) {
    this.tell(say(kept ? "opened_by_link" : "empty_chat"), { visibly: true });
    this.list();
  }

  /** Take over what was said elsewhere, and return all that the service has; null where it has nothing. */
  async refresh() {
    const id = this.conversation.sessionId;
    const kept = id && (await fetchSession(id));
    if (!kept || id !== this.conversation.sessionId) return null;
    this.conversation.adopt(kept.turns);
    return kept;
  }

  /** Take a chat out of the list, and of this page; the service keeps it. */
  forget(id) {
    this.chats.forget(id);
    if (id === this.conversation.sessionId) this.abort();
    this.conversation.forget(id);
    this.redraw();
    this.tell(say("forgotten"), { visibly: true });
  }

  /** Delete a chat from the service, and only then here, if the visitor confirms it; then call `onConfirm`. */
  confirm(id, onConfirm) {
    confirmation.returnValue = "";
    confirmation.showModal();
    const answer = async () => {
      if (confirmation.returnValue !== "delete") return;
      onConfirm();
      await (this.settled = this.erase(id));
      document.getElementById("message").focus();
    };
    confirmation.addEventListener("close", answer, { once: true });
  }

  async erase(id) {
    const isCurrent = id === this.conversation.sessionId;
    if (isCurrent) this.abort();
    try {
      await reach(id, "DELETE");
    } catch (error) {
      this.tell(`${say("nothing_deleted")} ${error.message}`, { visibly: true });
      return;
    }
    this.chats.forget(id);
    this.conversation.forget(id);
    if (isCurrent) this.redraw();
    this.tell(say("deleted"), { visibly: true });
  }

  /** Forget a chat that the service does not have. */
  leave(id) {
    const isListed = this.chats.list().some((chat) => chat.sessionId === id);
    this.chats.forget(id);
    this.conversation.clear();
    if (isListed) this.tell(say("gone"), { visibly: true });
  }
}

/** Return the address of all that is kept of a session, as a file. */
export function locateExport(id) {
  return `${locate(id)}/export`;
}

/**
 * Return what the service has of a session, with its `turns`, null where it knows none; throw a Problem where it cannot
 * say.
 */
async function fetchSession(id) {
  const response = await reach(id, "GET");
  if (response.status === 404) return null;
  try {
    const kept = await response.json();
    return { ...kept, turns: pair(kept.messages) };
  } catch {
    throw new Problem("broke_off");
  }
}

/** Return what was said as turns. */
function pair(messages) {
  const paired = [];
  for (const [place, message] of messages.entries()) {
    const { role, content, timestamp, sources, unsupported, grounded, speaker, finish_reason: reason } = message;
    const at = Date.parse(timestamp) || undefined;
    const answer = { answer: content, answeredAt: at, place };
    if (role === "user") {
      paired.push({ question: content, answer: "", state: "stopped", reason: "stopped", at });
      continue;
    }
    const isOwners = speaker === "owner";
    if (isOwners && (!paired.length || paired.at(-1).place !== undefined)) paired.push({ question: "", at });
    if (!paired.length) continue; // a greeting, in a conversation from elsewhere
    const turn = paired.at(-1);
    if (isOwners && reason === "held") Object.assign(turn, { place, speaker, state: "held", reason: "" });
    else if (reason === "interrupted") Object.assign(turn, answer);
    else Object.assign(turn, { ...answer, sources, unsupported, grounded, speaker, state: "answered", reason: explain(reason) });
  }
  return paired;
}

async function reach(id, method) {
  const headers = { Accept: "application/json" };
  const response = await fetch(locate(id), { method, headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw new Problem("unreachable");
  });
  if (response.ok || response.status === 404) return response;
  throw new Problem("memory_unavailable");
}

export function locate(id) {
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
