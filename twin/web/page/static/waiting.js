// What is said while no word of an answer has come.

import { say } from "./texts.js";

const STEPS = [[3_000, "waiting"], [10_000, "waiting_longer"]]; // after so many milliseconds

export class Waiting {
  timers = [];

  /** `tell` takes each sentence, and "" when it is over. */
  constructor(tell) {
    this.tell = tell;
    for (const [after, name] of STEPS) this.timers.push(setTimeout(() => tell(say(name)), after));
  }

  end() {
    if (this.timers.length === 0) return;
    for (const timer of this.timers.splice(0)) clearTimeout(timer);
    this.tell("");
  }
}
