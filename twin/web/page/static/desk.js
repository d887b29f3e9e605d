// What joins the visitor to the owner: questions for the owner, words from the owner, and how answers are judged.

import { AskDialog } from "./asking.js";
import { post, linkTo } from "./exchange.js";
import { make, makeButton, rename } from "./elements.js";
import { addTexts, say, sayInstant } from "./texts.js";
import { copyText } from "./clipboard.js";
import { findDirection } from "./tongues.js";
import { judge, makeThumbs } from "./thumbs.js";
import { Watch } from "./watch.js";

const { lang, dataset } = document.documentElement;
const speaks = document.querySelector(".names p"); // who answers

export class Desk {
  #questions = []; // for the owner, {id, question, asked_at, answer}
  #isHeld = false;
  #id = null; // of the session that all this is of

  constructor(page) {
    this.page = page;
    this.usual = speaks.textContent;
    this.area = make("section", "for-owner");
    this.area.ariaLabel = say("asked_questions");
    this.area.hidden = true;
    page.list.container.after(this.area);
    this.watch = new Watch(() => this.refresh(), (awaited) => this.hold(Boolean(awaited.held_until)));
    this.dialog = new AskDialog((asked) => this.send(asked), () => page.composer.focus());
  }

  /** Load the texts and the style that the page came without. */
  static async load(page) {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("desk.css", import.meta.url) });
    const styled = new Promise((resolve) => Object.assign(style, { onload: resolve, onerror: resolve }));
    document.head.append(style);
    const texts = await fetch(new URL(`desk-${lang}.json`, import.meta.url));
    addTexts(await texts.json());
    await styled;
    return new Desk(page);
  }

  /** Ask the owner a question, which the visitor may change: else what is in the field, or what the twin did not know. */
  ask(question = "") {
    const last = this.page.conversation.turns.at(-1);
    const unknown = last?.grounded === false ? last.question : "";
    this.dialog.open(question || this.page.composer.draft || unknown);
  }

  /** Send a question, and return what the service says happened, with the link that leads back. */
  async send({ question, contact, consent }) {
    const { conversation, session, composer } = this.page;
    await session.settled;
    if (!conversation.sessionId) session.makeKey();
    const id = conversation.sessionId;
    const receipt = await post(id, "questions", { question, ...(contact && { contact, consent }) });
    conversation.save();
    composer.clear(question);
    if (conversation.sessionId === id) {
      session.list(question);
      this.take({ questions: [...this.#questions, { id: receipt.id, question, asked_at: new Date().toISOString() }], held: this.#isHeld });
    }
    return { isNotified: receipt.notified === true, link: linkTo(id) };
  }

  /** Wait for the owner, of whom the page has just said that they are there. */
  wait() {
    this.hold(true, { isTold: true });
    this.#id = this.page.conversation.sessionId;
    this.watch.follow(this.#id);
  }

  /** Show what is awaited; return whether anything is. */
  take({ questions = [], held_until: heldUntil, held = Boolean(heldUntil) }) {
    this.#id = this.page.conversation.sessionId;
    this.#questions = [...new Map(questions.map((each) => [each.id, each])).values()]; // one that was sent twice is one
    const waiting = this.#questions.filter(({ answer }) => answer === undefined);
    this.area.replaceChildren(...waiting.map((each) => this.#makeCard(each)));
    this.area.hidden = waiting.length === 0;
    this.hold(held);
    for (const view of this.page.list) this.#offer(view);
    const isAwaited = held || waiting.length > 0;
    if (isAwaited) this.watch.follow(this.#id);
    return isAwaited;
  }

  /** Show who answers from now on. */
  hold(isHeld, { isTold = false } = {}) {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    speaks.textContent = isHeld ? say("owner_answers") : this.usual;
    if (!isTold) this.page.tell(say(isHeld ? "owner_answers" : "ai_again"), { visibly: !isHeld });
  }

  /** Take over what was said, once no answer is being written; return whether anything is awaited still. */
  async refresh() {
    const { page } = this;
    await page.session.settled;
    await page.settle();
    const kept = await page.session.refresh();
    if (!kept) return false;
    const added = page.list.update().filter(({ speaker, state }) => speaker === "owner" && state === "answered");
    page.update();
    const isAwaited = this.take(kept);
    const views = added.map((turn) => page.list.find(turn));
    if (views.length) page.tell(views.map((view) => `${view.speaker.textContent}: ${view.text}`).join(" "));
    return isAwaited;
  }

  /** Leave the conversation, if the page shows another one. */
  leave() {
    if (this.#id === null || this.#id === this.page.conversation.sessionId) return;
    this.watch.stop();
    this.dialog.close();
    [this.#id, this.#questions, this.#isHeld] = [null, [], false];
    speaks.textContent = this.usual;
    this.area.hidden = true;
  }

  /** Add to a finished turn what a visitor can do with it. */
  furnish(view) {
    const { turn, foot } = view;
    if (!foot.isConnected || foot.querySelector(".thumb")) return;
    if (turn.state === "answered" && turn.speaker !== "owner") {
      foot.append(...makeThumbs(turn, (given) => this.#judge(turn, given), this.page.tell));
    }
    this.#offer(view);
  }

  /** Offer to ask the owner where the twin does not know, unless that was done. */
  #offer({ turn, foot }) {
    const isOffered = turn.state === "answered" && turn.grounded === false && turn.speaker !== "owner";
    const isAsked = this.#questions.some(({ question }) => question === turn.question);
    const shown = foot.querySelector(":scope > .offer");
    if (!isOffered || isAsked) shown?.remove();
    else if (!shown) foot.append(Object.assign(makeButton(say("ask_owner_this"), () => this.ask(turn.question)), { className: "offer" }));
  }

  async #judge(turn, given) {
    const { conversation } = this.page;
    const id = conversation.sessionId;
    if (turn.place === undefined) await this.refresh(); // which says where the answer stands
    await judge(id, turn.place ?? null, given);
    turn.thumb = given.value;
    conversation.save();
  }

  #makeCard({ question, asked_at: at }) {
    const card = make("div", "card");
    const text = make("p", "words", question);
    text.dir = findDirection(question);
    const note = make("p", "note", [say("not_answered_yet"), sayInstant(Date.parse(at) || Date.now())].join(" · "));
    const copy = makeButton(say("copy_link"), () => copyText(linkTo(this.#id), copy, this.page.tell));
    rename(copy, say("copy_link"));
    copy.className = "offer";
    card.append(make("p", "speaker", say("asked_owner")), text, note, copy);
    return card;
  }
}
