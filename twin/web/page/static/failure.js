// A failure, where the answer would be: what went wrong, how to reach the owner, and another try when that makes sense.

import { make, makeButton } from "./elements.js";
import { say, sayWhen } from "./texts.js";

const { contact } = document.documentElement.dataset;
const MENDABLE = ["invalid_request", "bad_json", "too_large", "key_reused"]; // by the visitor
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/** A failed turn's end; `end` stops its clock. */
export class Failure {
  constructor(turn, onRetry) {
    const { reason, note, retryAt } = turn;
    this.retryAt = retryAt ?? 0; // milliseconds since 1970
    this.element = make("div", "failure");
    this.retry = makeButton(say("retry"), onRetry);
    this.retry.className = "retry";
    this.element.append(make("p", "note", say(reason) || note || say("no_answer")));
    if (contact && !MENDABLE.includes(reason)) this.element.append(makeContact());
    this.element.append(this.retry);
    this.count();
  }

  /** Show how long it takes until another try makes sense; until then there is none. */
  count() {
    const seconds = Math.ceil((this.retryAt - Date.now()) / 1_000);
    this.isWaiting = seconds > 0;
    this.retry.replaceChildren(say("retry"), ...(this.isWaiting ? [" ", make("span", "", sayWhen(seconds))] : []));
    this.retry.disabled = this.isWaiting || this.isHeld;
    if (this.isWaiting) this.timer = setTimeout(() => this.count(), 1_000);
    else if (this.timer) this.element.dispatchEvent(new CustomEvent("twin:ready", { bubbles: true }));
  }

  /** Hold the other try back while something else is asked. */
  hold(isHeld) {
    this.isHeld = isHeld;
    this.retry.disabled = this.isWaiting || isHeld;
  }

  end() {
    clearTimeout(this.timer);
  }
}

/** Return the owner's sentence, in which addresses are links; what is only an address gets some words before it. */
function makeContact() {
  const line = make("p", "contact");
  const isBare = !/\p{L}/u.test(contact.replace(ADDRESS, ""));
  if (isBare) line.append(say("contact"), " ");
  else line.dir = "auto";
  let done = 0;
  for (const { 0: address, index } of contact.matchAll(ADDRESS)) {
    const link = make("a", "", address);
    link.href = address.includes("://") ? address : `mailto:${address}`;
    Object.assign(link, { target: "_blank", rel: "noopener" });
    line.append(contact.slice(done, index), link);
    done = index + address.length;
  }
  line.append(contact.slice(done));
  return line;
}
