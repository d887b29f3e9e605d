// What was said in this tab; it survives a reload where the browser lets us store it.

const KEY = "twin.conversation";

export class Conversation {
  sessionId = null;
  draft = "";
  turns = []; // {question, answer, state: "pending" | "answered" | "stopped" | "failed", note}

  static restore() {
    const conversation = new Conversation();
    try {
      const stored = JSON.parse(sessionStorage.getItem(KEY));
      if (stored.turns.every((turn) => typeof turn.question === "string" && typeof turn.answer === "string")) {
        Object.assign(conversation, stored);
      }
    } catch {
      // nothing of ours is stored, or storage is not allowed here
    }
    for (const turn of conversation.turns) {
      if (turn.state === "pending") Object.assign(turn, { state: "stopped", note: "The page was closed before the end." });
    }
    return conversation;
  }

  add(question) {
    const turn = { question, answer: "", state: "pending", note: "" };
    this.turns.push(turn);
    this.save();
    return turn;
  }

  remove(turn) {
    this.turns = this.turns.filter((other) => other !== turn);
    this.save();
  }

  clear() {
    Object.assign(this, { sessionId: null, turns: [] });
    this.save();
  }

  save() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this));
    } catch {
      // as above, or it is full: the conversation goes on without
    }
  }
}
