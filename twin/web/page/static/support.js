// What the service says of an answer's support: the sources of its sentences, and the words that none gives.

import { makeAnchors } from "./anchors.js";
import { normalize, straighten } from "./markdown.js";

const MAX = { sources: 20, spans: 50, citations: 100, doubts: 50, title: 200, quote: 500 }; // of either text: characters

/**
 * Return `{citations, doubts, unnumbered, places}` of a turn, as much as makes sense of what may be anything.
 *
 * A citation is `{anchor, sources}`, a sentence's end and what supports it; a source is `{title, file, quote, number}`,
 * numbered in the order of the sentences. A doubt is `{start, end}`, the anchors around words without support. Sources
 * that support no sentence, such as those of an older service, are `unnumbered`. `places` are for `Markdown.draw`.
 */
export function readSupport({ answer, sources, unsupported }) {
  const measure = makeMeasure(answer);
  const text = normalize(answer);
  const read = readSources(sources, measure);
  const sentences = findSentences(text, read);
  const doubts = readDoubts(unsupported, measure);
  const anchors = makeAnchors(text, sentences.length + 2 * doubts.length);
  const [citations, marked, places] = [[], [], []];
  for (const [start, end] of doubts) {
    if (anchors.length < 2) break;
    const [from, to] = anchors.splice(-2);
    marked.push({ start: from, end: to });
    places.push({ anchor: from, start, end, edge: "start", strict: true });
    places.push({ anchor: to, start, end, edge: "end", strict: true });
  }
  for (const { start, end, sources: own } of sentences) {
    const anchor = anchors.pop();
    if (!anchor) break;
    citations.push({ anchor, sources: own });
    places.push({ anchor, start, end, edge: "end" });
  }
  return { citations, doubts: marked, places, unnumbered: read.filter(({ number }) => !number) };
}

/** Return `text` trimmed, and cut after `most` characters. */
export function shorten(text, most) {
  const all = straighten(String(text ?? "")).trim();
  const characters = Array.from(all.slice(0, 2 * most + 2)); // of which none is cut in two
  return characters.length > most ? `${characters.slice(0, most).join("")}…` : all;
}

/**
 * Return a function that takes a part of `text`, from one code point to another, and returns where this is in
 * `normalize(text)`, in UTF-16 units; null for what is no such part.
 */
function makeMeasure(text) {
  const offsets = [0];
  let before = "";
  for (const character of text) {
    const isCounted = before === "\r" && character === "\n"; // two that end one line
    offsets.push(offsets.at(-1) + (isCounted ? 0 : straighten(character).length));
    before = character;
  }
  return (start, end) => {
    const [from, to] = [start, end].map((point) => (Number.isInteger(point) ? offsets[point] : undefined));
    return from < to ? [from, to] : null;
  };
}

function readList(list, most) {
  return (Array.isArray(list) ? list : []).slice(0, most);
}

/** Return each source once, with all the parts of the answer that it supports. */
function readSources(list, measure) {
  const sources = new Map();
  for (const { title, file, quote, supports } of readList(list, MAX.sources).filter(Boolean)) {
    const name = shorten(title, MAX.title) || shorten(file, MAX.title);
    const source = { title: name, file, quote: shorten(quote, MAX.quote) };
    const key = JSON.stringify(source);
    if (!sources.has(key)) sources.set(key, { ...source, spans: [] });
    const spans = readList(supports, MAX.spans).map((span) => measure(...readList(span, 2)));
    sources.get(key).spans.push(...spans.filter(Boolean));
  }
  return [...sources.values()];
}

/** Return the sentences that have sources, in their order, and number these. */
function findSentences(text, sources) {
  const sentences = new Map(); // by their end, which is where the numbers go
  for (const source of sources) {
    for (const [start, end] of source.spans) {
      const visible = text.slice(0, end).trimEnd().length;
      if (visible <= start) continue;
      if (!sentences.has(visible)) sentences.set(visible, { start, end: visible, sources: new Set() });
      sentences.get(visible).sources.add(source);
    }
  }
  const sorted = [...sentences.values()].sort((one, other) => one.end - other.end).slice(0, MAX.citations);
  let number = 0;
  for (const source of sorted.flatMap((sentence) => [...sentence.sources])) source.number ??= number += 1;
  return sorted.map((sentence) => ({
    ...sentence,
    sources: [...sentence.sources].sort((one, other) => one.number - other.number),
  }));
}

/** Return the parts of the answer that have no support, none of which is in another one. */
function readDoubts(list, measure) {
  const spans = readList(list, MAX.doubts).filter(Boolean).map(({ start, end }) => measure(start, end));
  const doubts = [];
  for (const [start, end] of spans.filter(Boolean).sort(([one], [other]) => one - other)) {
    if (start >= (doubts.at(-1)?.[1] ?? 0)) doubts.push([start, end]);
  }
  return doubts;
}
