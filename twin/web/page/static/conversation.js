// What was said, as this browser keeps it: for this tab, or, where the service remembers it too, for the next visit.

const KEY = "twin.conversation";
const DELETED = "twin.deleted"; // holds, for a moment, the id of a session that was just deleted

export class Conversation {
  sessionId = null;
  draft = "";
  // {question, answer, sources, unsupported, grounded, speaker, state: "pending" | "answered" | "held" | "stopped" |
  // "failed", key, `place` of the answer among the service's messages, `thumb`, and when it was asked, `at`, answered and
  // may be asked again, in milliseconds; `reason` names how it ended, see texts.js}. Words of the owner's have the question
  // "" where they answer none; a question that is "held" is for the owner, who is in the conversation.
  turns = [];
  #storage; // "sessionStorage" or "localStorage", which are not touched before they are needed: that may throw

  constructor(storage) {
    this.#storage = storage;
  }

  static restore(storage) {
    const conversation = new Conversation(storage);
    try {
      const stored = JSON.parse(globalThis[storage].getItem(KEY));
      if (stored.turns.every((turn) => typeof turn.question === "string" && typeof turn.answer === "string")) {
        Object.assign(conversation, stored);
      }
    } catch {
      // nothing of ours is stored, or storage is not allowed here
    }
    for (const turn of conversation.turns) {
      if (turn.state === "pending") Object.assign(turn, { state: "stopped", reason: "closed_early" });
    }
    return conversation;
  }

  add(question, key) {
    const turn = { question, answer: "", state: "pending", key, at: Date.now() };
    this.turns.push(turn);
    this.save();
    return turn;
  }

  remove(turn) {
    this.turns = this.turns.filter((other) => other !== turn);
    this.save();
  }

  /** Take over what the service has: turns, or null where it knows nothing of the session. */
  adopt(kept) {
    if (kept) this.turns = reuse(this.turns, merge(this.turns, kept));
    else if (this.turns.some((turn) => turn.state === "answered")) this.clear(); // it did know: all of it was deleted
    this.save();
  }

  clear() {
    this.open(null);
  }

  /** Begin a session that this browser knew, whose turns the service has; null for a new one. */
  open(sessionId) {
    Object.assign(this, { sessionId, turns: [] });
    this.save();
  }

  /** Forget a session that was deleted: here, in the storage, and in the other tabs that show it; see `follow`. */
  forget(id) {
    if (this.sessionId === id) Object.assign(this, { sessionId: null, turns: [] });
    try {
      const storage = globalThis[this.#storage];
      if (JSON.parse(storage.getItem(KEY))?.sessionId === id) this.save(); // else another tab's chat is there
      storage.setItem(DELETED, id);
      storage.removeItem(DELETED);
    } catch {
      // as above
    }
  }

  /** Forget it if a `storage` event says that another tab deleted it; return whether it did. */
  follow({ key, newValue }) {
    if (key !== DELETED || !newValue || newValue !== this.sessionId) return false;
    this.forget(newValue);
    return true;
  }

  save() {
    try {
      globalThis[this.#storage].setItem(KEY, JSON.stringify(this));
    } catch {
      // as above, or it is full: the conversation goes on without
    }
  }
}

/**
 * Return the turns of a conversation, where the service has `kept` and this browser `stored`: what the service has, and
 * after it the last questions that did not reach it. Those that did keep the key under which they may be asked again.
 */
function merge(stored, kept) {
  const unmatched = [...kept];
  const match = (turn, isSame) => {
    const index = unmatched.findLastIndex((other) => other.question === turn.question && isSame(other));
    return index < 0 ? null : unmatched.splice(index, 1)[0];
  };
  for (const turn of stored) {
    const found = turn.state === "answered" && match(turn, (other) => other.answer === turn.answer);
    if (!found) continue;
    found.sources ??= turn.sources; // which an older service did not keep
    found.unsupported ??= turn.unsupported;
    found.grounded ??= turn.grounded;
    found.speaker ??= turn.speaker;
  }
  const end = stored.findLastIndex((turn) => turn.state === "answered") + 1;
  const lost = [];
  for (const [index, turn] of [...stored.entries()].reverse()) {
    if (turn.state === "answered") continue;
    const found = match(turn, () => true);
    if (found) found.key = turn.key;
    else if (index >= end) lost.unshift(turn);
  }
  return [...kept, ...lost];
}

/** Return `turns` with those of `stored` in place of the same ones, so that what is shown of these stays. */
function reuse(stored, turns) {
  const unmatched = stored.filter((turn) => !turns.includes(turn));
  return turns.map((turn) => {
    const index = unmatched.findIndex((other) => ["question", "answer", "state"].every((part) => other[part] === turn[part]));
    return index < 0 ? turn : Object.assign(unmatched.splice(index, 1)[0], turn);
  });
}
