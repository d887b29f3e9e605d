// What an answer rests on, where it is read: numbers behind sentences, and dots under words that have no source.

import { make } from "./elements.js";
import { makeFootnote } from "./footnote.js";
import { shorten } from "./support.js";
import { say } from "./texts.js";

const MAX_NAMED = 80; // characters of the underlined words, in the name of the button behind them
const OPAQUE = "a, code, pre, .code"; // hold no button
const INLINE = "b, del, em, i, s, strong, sub, sup";
const BLOCKS = "blockquote, li, p, pre, td, th";
const NESTING = "ul, ol, blockquote, li:has(> :is(p, ul, ol, blockquote):last-child)";

/** Put buttons into a drawn answer in place of its anchors; return whether any of its words are underlined. */
export function annotate(answer, { citations, doubts, places }) {
  const found = takeAnchors(answer, new Set(places.map(({ anchor }) => anchor)));
  let isUnderlined = false;
  const inCode = new Map(); // blocks of code, each of which has one button for all of its words
  for (const [start, end] of doubts.map((doubt) => [found.get(doubt.start), found.get(doubt.end)])) {
    const words = start && end ? underline(start, end) : "";
    if (!words) continue;
    isUnderlined = true;
    const block = end.parentElement.closest(".code");
    if (block) inCode.set(block, { end, words: [...(inCode.get(block)?.words ?? []), words] });
    else show(answer, end, makeDoubt(words));
  }
  for (const { end, words } of inCode.values()) show(answer, end, makeDoubt(words.join(", "), true));
  for (const { anchor, sources } of citations) {
    const place = found.get(anchor);
    if (place) show(answer, place, ...sources.map(makeCitation));
  }
  for (const place of found.values()) place.remove();
  return isUnderlined;
}

/** Return the comments that take the place of an element's anchors, by these. */
function takeAnchors(element, anchors) {
  const found = new Map();
  const take = (anchor) => {
    found.set(anchor, document.createComment(""));
    return found.get(anchor);
  };
  for (const text of listTexts(element, ({ data }) => /[\ue000-\uf8ff]/.test(data))) {
    const parts = text.data.split(/([\ue000-\uf8ff])/).filter(Boolean);
    text.replaceWith(...parts.map((part) => (anchors.has(part) ? take(part) : part)));
  }
  return found;
}

/** Underline what is between two places, and return it; "" where that is nothing, or of several blocks. */
function underline(start, end) {
  if (start.parentElement.closest(BLOCKS) !== end.parentElement.closest(BLOCKS)) return "";
  const range = new Range();
  range.setStartAfter(start);
  range.setEndBefore(end);
  const texts = listTexts(range.commonAncestorContainer, (text) => range.intersectsNode(text) && text.data.trim());
  for (const text of texts) {
    const words = make("span", "unsupported");
    text.replaceWith(words);
    words.append(text);
  }
  return texts.map(({ data }) => data).join("").trim();
}

function listTexts(element, isWanted) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (isWanted(walker.currentNode)) texts.push(walker.currentNode);
  return texts;
}

/** Move a place to where buttons may be, after those that are there: out of links and code, and into a paragraph. */
function settle(place, answer) {
  const isLast = () => !place.nextSibling && place.parentElement.matches(INLINE);
  const findOuter = () => place.parentElement.closest(OPAQUE) ?? (isLast() ? place.parentElement : null);
  for (let outer = findOuter(); outer; outer = findOuter()) outer.after(place);
  while (place.nextSibling?.className === "footnotes") place.nextSibling.after(place);
  if (place.parentElement === answer) findParagraph(place).append(place);
}

/** Return the paragraph or item in front of a place between blocks; where that is a table or code, one behind it. */
function findParagraph(place) {
  let last = place.previousElementSibling;
  while (last?.matches(NESTING)) last = last.lastElementChild;
  if (last?.matches("p, li")) return last;
  if (place.nextElementSibling?.className === "aside") return place.nextElementSibling;
  const aside = make("p", "aside");
  place.after(aside);
  return aside;
}

/** Show footnotes at a place in the answer, or near it. */
function show(answer, place, ...notes) {
  settle(place, answer);
  const footnotes = make("span", "footnotes");
  footnotes.append(...notes.flat());
  place.before(footnotes);
}

function makeCitation({ number, title, quote }) {
  const fill = () => [makeIsolated("cite", title), ...(quote ? [makeIsolated("q", quote)] : [])];
  return makeFootnote({ sign: String(number), name: say("source_number", { number, title }), fill });
}

/** Return the footnote of words without support; `isApart` where it does not stand behind them, so that it names them. */
function makeDoubt(words, isApart = false) {
  const name = say("doubt", { words: shorten(words, MAX_NAMED) });
  const fill = () => [...(isApart ? [make("cite", "", name)] : []), make("span", "", say("advice"))];
  return makeFootnote({ sign: "?", name, fill });
}

/** Return an element for what is in any language. */
function makeIsolated(tag, text) {
  return Object.assign(make(tag, "", text), { dir: "auto", lang: "" });
}
