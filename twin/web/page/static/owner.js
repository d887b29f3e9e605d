// The way to what joins the visitor to the owner, which is loaded once it is needed.

import { say } from "./texts.js";

const opener = document.getElementById("ask-owner"); // null where the service has no desk

export class OwnerDoor {
  #desk = null; // a promise

  /** `page` is what desk.js may use of the page. */
  constructor(page) {
    this.page = page;
    opener?.addEventListener("click", () => this.#use((desk) => desk.ask(), { isAsked: true }));
  }

  /** Add to a turn that was drawn what a visitor can do with it. */
  furnish(view) {
    if (opener && view.finished) this.#use((desk) => desk.furnish(view));
  }

  /** Take over what the service has of the conversation with the owner. */
  take(kept) {
    if (this.#desk || kept.held_until || kept.questions?.some(({ answer }) => !answer)) this.#use((desk) => desk.take(kept));
  }

  /** Wait for the owner's words. */
  wait() {
    this.#use((desk) => desk.wait());
  }

  /** Leave the conversation that is no longer the page's. */
  leave() {
    if (this.#desk) this.#use((desk) => desk.leave());
  }

  async #use(then, { isAsked = false } = {}) {
    this.#desk ??= import("./desk.js").then(({ Desk }) => Desk.load(this.page));
    try {
      then(await this.#desk);
    } catch (error) {
      this.#desk = null;
      console.error(error);
      if (isAsked) this.page.tell(say("unreachable"), { visibly: true });
    }
  }
}
