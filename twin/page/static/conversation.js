// What was said in this tab; it survives a reload where the browser lets us store it.

const KEY = "twin.conversation";

export class Conversation {
  sessionId = null;
  draft = "";
  turns = []; // {question, answer, state: "pending" | "answered" | "stopped" | "failed", note}

  static restore() {
    const conversation = new Conversation();
    try {
      Object.assign(conversation, JSON.parse(sessionStorage.getItem(KEY)));
    } catch {
      // nothing is stored, or storage is not allowed here
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
    Object.assign(this, { sessionId: null, draft: "", turns: [] });
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
