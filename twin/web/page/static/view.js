// Turns of the conversation as elements.

import { Markdown, straighten } from "./markdown.js";

const MOST = { files: 10, title: 200, quote: 500 }; // of sources: files; characters

/** One question and its answer, drawn at most once a frame while it grows. */
export class TurnView {
  constructor(turn, { onRetry, onCopy }) {
    this.turn = turn;
    this.element = make("article", "turn");
    this.question = make("h2", "question", turn.question);
    this.answer = make("div", "answer");
    this.foot = make("div", "foot");
    this.markdown = new Markdown(this.answer);
    this.answer.dir = this.question.dir = "auto";
    this.retry = makeButton("Try again", onRetry);
    this.retry.className = "retry";
    this.copy = makeButton("Copy", () => onCopy(this));
    this.element.append(this.question, this.answer, this.foot);
    this.drawing = null;
    this.next = 0; // when it may be drawn again
    this.finish();
  }

  /** Draw soon what the turn has by then. */
  grow() {
    this.drawing ??= setTimeout(() => requestAnimationFrame(() => this.draw()), this.next - performance.now());
  }

  draw() {
    clearTimeout(this.drawing);
    this.drawing = null;
    if (this.finished) return;
    const start = performance.now();
    this.markdown.draw(this.turn.answer);
    const end = performance.now();
    this.next = end + (end - start); // the page does other things for as long as this took
  }

  /** Draw all of the turn, and what can be done with it. */
  finish() {
    const { state, note, answer } = this.turn;
    this.finished = false;
    this.draw();
    this.finished = state !== "pending";
    this.element.dataset.state = state;
    this.element.setAttribute("aria-busy", state === "pending");
    this.sources?.remove();
    this.sources = state === "answered" ? listSources(this.turn.sources) : null;
    if (this.sources) this.answer.after(this.sources);
    this.foot.replaceChildren();
    if (note) this.foot.append(make("p", "note", note));
    if (state === "failed" || state === "stopped") this.foot.append(this.retry);
    if (answer && state !== "pending") this.foot.append(this.copy);
  }

  get text() {
    return this.answer.textContent;
  }
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = straighten(text);
  return element;
}

function makeButton(label, onClick) {
  const button = make("button", "", label);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

/** Return a list that the visitor may open, each document once with what is quoted of it; null without sources.

    Titles and quotes may hold anything: they stay text. */
function listSources(sources) {
  const quotes = new Map(); // by file, in the order of the sources
  for (const { title, file, quote } of Array.isArray(sources) ? sources : []) {
    if (!quotes.has(file)) quotes.set(file, { title: shorten(title, MOST.title) || shorten(file, MOST.title), texts: [] });
    quotes.get(file).texts.push(shorten(quote, MOST.quote));
  }
  if (quotes.size === 0) return null;
  const list = document.createElement("ul");
  for (const { title, texts } of [...quotes.values()].slice(0, MOST.files)) {
    const item = list.appendChild(document.createElement("li"));
    append(item, "cite", title);
    for (const text of new Set(texts.filter(Boolean))) append(item, "blockquote", text);
  }
  const details = document.createElement("details");
  details.className = "sources";
  append(details, "summary", quotes.size === 1 ? "Source" : "Sources");
  details.append(list);
  return details;
}

function append(parent, tag, text) {
  const element = parent.appendChild(document.createElement(tag));
  if (tag !== "summary") element.dir = "auto";
  element.textContent = text;
}

function shorten(text, most) {
  const all = straighten(String(text ?? "")).trim();
  const characters = Array.from(all.slice(0, 2 * most + 2)); // of which none is cut in two
  return characters.length > most ? `${characters.slice(0, most).join("")}…` : all;
}
