// What of the owner's documents an answer used, as an element. Titles and quotes may hold anything: they stay text.

import { straighten } from "./markdown.js";

const MOST = { files: 10, title: 200, quote: 500 }; // files; characters

/** Return a list that the visitor may open, each document once with what is quoted of it; null without sources. */
export function listSources(sources) {
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
