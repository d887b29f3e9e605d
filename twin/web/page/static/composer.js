// The field in which the visitor writes.

import { say, sayNumber } from "./texts.js";

const LONGEST = 20_000; // characters, that the service takes as a message
const isTouched = matchMedia("(pointer: coarse)"); // where the focus opens a keyboard over half of the page
const [form, field, send] = ["composer", "message", "send"].map((id) => document.getElementById(id));

export class Composer {
  edited = null; // the turn whose question is in the field

  /** `submit` takes what was written, and the turn that it was taken from, if any. */
  constructor({ conversation, submit }) {
    this.conversation = conversation;
    field.value = conversation.draft;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(field.value, this.edited);
      this.focus();
    });
    field.addEventListener("keydown", (event) => this.press(event));
    field.addEventListener("input", () => this.save());
  }

  press(event) {
    const { key, shiftKey, isComposing, keyCode } = event;
    if (isComposing || keyCode === 229) return; // as Safari says it
    const last = this.conversation.turns.findLast(({ question }) => question);
    if (key === "Enter" && !shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if (key === "ArrowUp" && !field.value && last) {
      event.preventDefault();
      this.edit(last);
    }
  }

  /** Take a question up again, in place of what is in the field; undoing brings that back. */
  edit(turn) {
    field.focus();
    field.select();
    if (!document.execCommand("insertText", false, turn.question)) field.value = turn.question;
    this.edited = turn;
    this.save();
    field.setSelectionRange(turn.question.length, turn.question.length);
  }

  get draft() {
    return field.value.trim();
  }

  /** Empty the field if `question` is in it. */
  clear(question) {
    if (question !== field.value && question !== this.draft) return;
    this.edited = null;
    field.value = "";
    this.save();
  }

  save() {
    if (!field.value) this.edited = null;
    field.setCustomValidity(field.value.length > LONGEST ? say("too_long", { count: sayNumber(LONGEST) }) : "");
    this.conversation.draft = field.value;
    this.conversation.save();
    this.fit();
  }

  update(isAnswering) {
    send.hidden = isAnswering;
    this.fit();
  }

  /** Make the field as high as its text. */
  fit() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  /** Go to the field, unless that opens a keyboard over what is to be read. */
  focus() {
    if (isTouched.matches) field.blur();
    else field.focus();
  }
}
