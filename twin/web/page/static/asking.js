// The dialog in which a visitor asks the owner.

import { copyText } from "./clipboard.js";
import { make, makeButton, makeIcon } from "./elements.js";
import { say, sayNumber, sayWhen } from "./texts.js";

const LONGEST = { question: 20_000, contact: 1_000 }; // characters

export class AskDialog {
  /**
   * `send` takes `{question, contact, consent}`, and returns `{isNotified, link}` or throws a Problem; `onLost` takes the
   * focus where the button is gone that opened the dialog.
   */
  constructor(send, onLost) {
    this.send = send;
    this.dialog = make("dialog", "ask-owner");
    this.dialog.setAttribute("aria-labelledby", "ask-owner-title");
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.close()); // beside it
    this.dialog.addEventListener("close", () => document.activeElement === document.body && onLost());
    document.body.append(this.dialog);
  }

  open(question) {
    this.dialog.replaceChildren(this.#makeHead(), this.#makeForm(question));
    this.dialog.showModal();
    this.dialog.querySelector("textarea").focus();
  }

  close() {
    this.dialog.close();
  }

  #makeHead() {
    const head = make("div", "head");
    const title = Object.assign(make("h2", "", say("ask_owner_this")), { id: "ask-owner-title" });
    head.append(title, makeIcon("close", say("close"), () => this.close()));
    return head;
  }

  #makeForm(text) {
    const form = make("form");
    const question = Object.assign(make("textarea"), { id: "owner-question", rows: 3, required: true, value: text, dir: "auto" });
    const contact = Object.assign(make("input"), { id: "owner-contact", type: "text", dir: "auto", maxLength: LONGEST.contact });
    Object.assign(contact, { inputMode: "email", autocomplete: "email" });
    const consent = make("label", "consent");
    const agreed = Object.assign(make("input"), { type: "checkbox" });
    const sentence = say("consent");
    consent.append(agreed, make("span", "", sentence));
    const failure = make("p", "failure-note");
    failure.role = "alert";
    const submit = Object.assign(makeButton(say("send"), () => {}), { type: "submit", className: "send" });
    const update = () => {
      consent.hidden = !contact.value.trim();
      agreed.required = !consent.hidden;
      const isLong = question.value.length > LONGEST.question;
      question.setCustomValidity(isLong ? say("too_long", { count: sayNumber(LONGEST.question) }) : "");
    };
    form.addEventListener("input", update);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const asked = { question: question.value.trim(), contact: contact.value.trim(), consent: sentence };
      if (!asked.question || submit.disabled) return;
      submit.disabled = true;
      failure.textContent = "";
      try {
        this.#confirm(await this.send(asked), form);
      } catch (error) {
        const again = error.seconds ? `${say("retry")} ${sayWhen(error.seconds)}.` : "";
        failure.textContent = [error.message, again].filter(Boolean).join(" ");
      }
      submit.disabled = false;
    });
    form.append(label(question, say("your_question")), label(contact, say("your_address")), consent, failure, submit);
    update();
    return form;
  }

  /** Say what the service said happened, in place of the form. */
  #confirm({ isNotified, link }, form) {
    if (!form.isConnected) return;
    const done = make("div", "done-asking");
    const said = make("p", "", say(isNotified ? "in_inbox_told" : "in_inbox"));
    said.tabIndex = -1;
    const way = Object.assign(make("input"), { type: "text", readOnly: true, value: link, dir: "ltr" });
    way.addEventListener("focus", () => way.select());
    const status = make("p", "unseen");
    status.role = "status";
    const tell = (text, { visibly = false } = {}) => {
      status.textContent = text;
      status.classList.toggle("unseen", !visibly);
    };
    const copy = makeIcon("copy", say("copy_link"), () => copyText(link, copy, tell));
    const line = make("div", "way");
    line.append(way, copy);
    way.ariaLabel = say("way_back");
    done.append(said, make("p", "quiet", say("way_back_note")), line, status);
    form.replaceWith(done);
    said.focus();
  }
}

function label(field, name) {
  const line = make("label", "", name);
  line.htmlFor = field.id;
  const both = make("div", "entry");
  both.append(line, field);
  return both;
}
