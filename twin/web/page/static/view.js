// Turns of the conversation as elements.

import { annotate } from "./annotations.js";
import { Markdown, straighten } from "./markdown.js";
import { readSupport } from "./support.js";

const MAX_FILES = 10; // in the list of sources

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

  draw(places) {
    clearTimeout(this.drawing);
    this.drawing = null;
    if (this.finished) return;
    const start = performance.now();
    this.markdown.draw(this.turn.answer, places);
    const end = performance.now();
    this.next = end + (end - start); // the page does other things for as long as this took
  }

  /** Draw all of the turn, and what can be done with it. */
  finish() {
    const { state, note, answer } = this.turn;
    const support = state === "answered" ? readSupport(this.turn) : null;
    this.finished = false;
    this.draw(support?.places);
    this.finished = state !== "pending";
    this.element.dataset.state = state;
    this.element.setAttribute("aria-busy", state === "pending");
    if (support) this.explain(support);
    this.foot.replaceChildren();
    if (note) this.foot.append(make("p", "note", note));
    if (state === "failed" || state === "stopped") this.foot.append(this.retry);
    if (answer && state !== "pending") this.foot.append(this.copy);
  }

  /** Show what supports the answer: in it, and under it what has no place there. */
  explain(support) {
    const legend = annotate(this.answer, support) ? makeLegend() : null;
    const sources = listSources(support);
    this.answer.after(...[legend, sources].filter(Boolean));
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

function makeLegend() {
  const legend = make("p", "legend");
  legend.append(make("span", "unsupported", "Underlined"), ": not in the owner’s documents.");
  return legend;
}

/**
 * Return a list that the visitor may open, of the sources that have no number in the answer: each document once, with
 * what is quoted of it; null where all have one.
 *
 * Titles and quotes may hold anything: they stay text.
 */
function listSources({ citations, unnumbered }) {
  const documents = Map.groupBy(unnumbered, ({ file }) => file);
  if (documents.size === 0) return null;
  const list = document.createElement("ul");
  for (const sources of [...documents.values()].slice(0, MAX_FILES)) {
    const item = list.appendChild(document.createElement("li"));
    append(item, "cite", sources[0].title);
    for (const quote of new Set(sources.map((source) => source.quote).filter(Boolean))) append(item, "blockquote", quote);
  }
  const details = document.createElement("details");
  details.className = "sources";
  const name = documents.size === 1 ? "Source" : "Sources";
  append(details, "summary", citations.length ? `Other ${name.toLowerCase()}` : name);
  details.append(list);
  return details;
}

function append(parent, tag, text) {
  const element = parent.appendChild(document.createElement(tag));
  if (tag !== "summary") element.dir = "auto";
  element.textContent = text;
}
