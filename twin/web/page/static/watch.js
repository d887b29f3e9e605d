// The watch over what a session awaits from the owner: a stream, or questions every few seconds where there is none.

import { locate } from "./session.js";

const [PAUSE, PAUSE_UNSEEN] = [5_000, 60_000]; // milliseconds between two questions
const TRIES = 12; // questions, after which a stream is tried again

export class Watch {
  #id = null;
  #source = null;
  #timer = null;
  #asked = 0; // times since the last stream
  #looking = Promise.resolve(true); // one look after the other, so that none brings back what was before

  /** `refresh` takes over what is new, and returns whether anything is awaited; `onAwaited` takes what is. */
  constructor(refresh, onAwaited) {
    Object.assign(this, { refresh, onAwaited });
    document.addEventListener("visibilitychange", () => this.#id && this.#begin(this.#id));
  }

  /** Watch a session, until nothing is awaited there. */
  follow(id) {
    if (id !== this.#id) this.#begin(id);
  }

  stop() {
    this.#end();
    this.#id = null;
  }

  #begin(id) {
    this.#end();
    this.#id = id;
    if (document.hidden) this.#pause(); // a page that nobody sees takes nobody's place
    else this.#open();
  }

  #end() {
    this.#source?.close();
    clearTimeout(this.#timer);
    this.#source = this.#timer = null;
  }

  #open() {
    const source = (this.#source = new EventSource(`${locate(this.#id)}/events`));
    this.#asked = 0;
    source.addEventListener("message", () => this.#look());
    source.addEventListener("answer", () => this.#look());
    source.addEventListener("awaited", ({ data }) => {
      const awaited = JSON.parse(data);
      this.onAwaited(awaited);
      if (awaited.open_questions || awaited.held_until) return;
      this.stop();
      this.#look();
    });
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      this.#end();
      this.#pause();
    });
  }

  #pause() {
    this.#timer = setTimeout(() => this.#ask(), document.hidden ? PAUSE_UNSEEN : PAUSE);
  }

  async #ask() {
    const id = this.#id;
    const isAwaited = await this.#look();
    if (id !== this.#id || this.#source) return;
    this.#asked += 1;
    if (!isAwaited) this.stop();
    else if (this.#asked >= TRIES && !document.hidden) this.#open();
    else this.#pause();
  }

  /** Return whether anything is awaited; where the service cannot say, it is asked again. */
  #look() {
    this.#looking = this.#looking.then(() => this.refresh()).catch(() => true);
    return this.#looking;
  }
}
