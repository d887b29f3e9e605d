// The chats that this browser had with a twin that remembers. Their ids are secrets: whoever has one can read the chat.

const KEY = "twin.chats";
const MAX = { chats: 50, title: 100 }; // characters
const DAY = 86_400_000; // milliseconds

export class Chats {
  #chats = []; // {sessionId, title, at}, the newest first: for where nothing may be stored

  /** `days` are how long the service keeps a chat; 0 for ever. */
  constructor(days) {
    this.days = days;
  }

  /** Return what is stored, which another tab may have changed. */
  list() {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY)) ?? [];
      this.#chats = stored.filter(({ sessionId, title, at }) => sessionId && typeof title === "string" && at > 0);
    } catch {
      // no storage is allowed here, or what is in it is not ours
    }
    return this.#chats.filter(({ at }) => !this.days || Date.now() - at < this.days * DAY);
  }

  /** Put a chat first, named by its first question. */
  remember(sessionId, question) {
    const others = this.list().filter((chat) => chat.sessionId !== sessionId);
    const title = Array.from(question.trim().replace(/\s+/g, " ")).slice(0, MAX.title).join("");
    this.#store([{ sessionId, title, at: Date.now() }, ...others].slice(0, MAX.chats));
  }

  forget(sessionId) {
    this.#store(this.list().filter((chat) => chat.sessionId !== sessionId));
  }

  #store(chats) {
    this.#chats = chats;
    try {
      if (chats.length) localStorage.setItem(KEY, JSON.stringify(chats));
      else localStorage.removeItem(KEY);
    } catch {
      // as above
    }
  }
}
