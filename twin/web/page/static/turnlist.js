// The conversation's turns, as they stand on the page.

import { showEnd } from "./latest.js";
import { TurnView } from "./view.js";

export class TurnList {
  #views = new Map(); // by turn
  #latest = document.getElementById("latest");

  /** `actions` are those of a TurnView. */
  constructor(conversation, container, actions) {
    Object.assign(this, { conversation, container, actions });
  }

  [Symbol.iterator]() {
    return this.#views.values();
  }

  find(turn) {
    return this.#views.get(turn);
  }

  show(turn) {
    const view = new TurnView(turn, this.actions);
    this.#views.set(turn, view);
    this.container.append(view.element);
    return view;
  }

  /** Take a turn off the page, in whose place another one comes. */
  drop(turn) {
    this.conversation.remove(turn);
    this.find(turn)?.remove();
    this.#views.delete(turn);
  }

  /** Draw all of them anew. */
  redraw() {
    for (const view of this) view.remove();
    this.#views.clear();
    for (const turn of this.conversation.turns) this.show(turn);
  }

  /** Draw what changed elsewhere, beside what is shown, and return the turns that came. */
  update() {
    const { turns } = this.conversation;
    const isAtEnd = this.#latest.hidden;
    for (const turn of [...this.#views.keys()]) if (!turns.includes(turn)) this.drop(turn);
    const added = turns.filter((turn) => !this.#views.has(turn));
    for (const [index, turn] of turns.entries()) {
      const { element } = this.find(turn) ?? this.show(turn);
      const other = this.container.children[index];
      if (other !== element) this.container.insertBefore(element, other);
    }
    if (isAtEnd && added.length) showEnd(this.container);
    return added;
  }
}
