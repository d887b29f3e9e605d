// Under an answer: the sources that have no number in it, and what the dotted lines mean.

import { make } from "./elements.js";
import { say } from "./texts.js";

const MAX_FILES = 10; // in the list

export function makeLegend() {
  const legend = make("p", "legend");
  legend.append(make("span", "unsupported", say("underlined")), say("underlined_more"));
  return legend;
}

/**
 * Return a list that the visitor may open, of the sources that have no number in the answer: each document once, with
 * what is quoted of it; null where all have one.
 *
 * Titles and quotes may hold anything: they stay text.
 */
export function listSources({ citations, unnumbered }) {
  const documents = Map.groupBy(unnumbered, ({ file }) => file);
  if (documents.size === 0) return null;
  const list = document.createElement("ul");
  for (const sources of [...documents.values()].slice(0, MAX_FILES)) {
    const item = list.appendChild(document.createElement("li"));
    append(item, "cite", sources[0].title);
    for (const quote of new Set(sources.map((source) => source.quote).filter(Boolean))) append(item, "blockquote", quote);
  }
  const details = make("details", "sources");
  const name = documents.size === 1 ? "source" : "sources";
  details.append(make("summary", "", say(citations.length ? `other_${name}` : name)), list);
  return details;
}

function append(parent, tag, text) {
  const element = parent.appendChild(document.createElement(tag));
  element.dir = "auto";
  element.lang = "";
  element.textContent = text;
}
