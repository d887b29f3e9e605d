// A model's Markdown as elements that run nothing, load nothing and lead only to named places.

import { anchorBlock, anchorPlain, cutAtAnchor } from "./anchors.js";
import { Lexer, Marked, Tokenizer } from "./marked.esm.js";
import "./purify.min.js";
import { findDirection } from "./tongues.js";

const MAX = { characters: 30_000, lines: 1_500, marks: 4_000, marksOfPart: 700 }; // for more, parsing takes too long
const MARK = /[*_~`[\]<>!&|\\:@.]/g; // that may open or close something
const NESTED = /[ \t]{100}|(?:(?:[-+*>]|\d{1,9}[.)])[ \t]*){30}/; // deeper than anybody writes
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

const HARMLESS = /^<\/?(b|br|code|del|em|i|s|strong|sub|sup)\s*\/?>$/i; // what models write for want of Markdown

/** A lexer that throws where it would take too long: for the marks of one paragraph, item or cell, their square. */
class BoundedLexer extends Lexer {
  marks = 0; // of all; those within others count again

  inlineTokens(source, tokens) {
    const marks = source.match(MARK)?.length ?? 0;
    this.marks += marks;
    if (marks > MAX.marksOfPart || this.marks > MAX.marks) throw new RangeError("too many marks");
    return super.inlineTokens(source, tokens);
  }
}

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: { image: ({ text }) => escape(text), html: ({ text }) => (HARMLESS.test(text) ? text : escape(text)) },
  tokenizer: { url: findAddress },
});
const purifier = globalThis.DOMPurify(globalThis);
const ALLOWED = {
  ALLOWED_TAGS: [
    ..."a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strong sub sup".split(" "),
    ..."table tbody td th thead tr ul".split(" "),
  ],
  ALLOWED_ATTR: ["class", "href", "start", "title"], // a class is marked's own, for the language of code
  ADD_URI_SAFE_ATTR: ["start"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|tel:)/i,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** Return `text` without the characters that, by overriding its direction, make it look like another one. */
export function straighten(text) {
  return text.replace(DIRECTIONS, "");
}

/** Return `text` as it is drawn, which is what a place in it refers to. */
export function normalize(text) {
  return straighten(text).replace(/\r\n?/g, "\n");
}

/** An answer in an element, drawn anew only from where it has changed. */
export class Markdown {
  constructor(element) {
    this.element = element;
    this.parts = []; // {size, source, make, nodes}: some blocks (paragraphs, lists …) that were drawn together
  }

  /** Draw `markdown`, with an anchor at each of the `places` in it; see `anchorBlock`. */
  draw(markdown, places = []) {
    const { blocks, make } = split(normalize(markdown), places);
    let [kept, drawn] = [0, 0];
    for (const part of this.parts) {
      if (part.make !== make || part.source !== blocks.slice(drawn, drawn + part.size).join("")) break;
      drawn += part.size;
      kept += 1;
    }
    for (const { nodes } of this.parts.splice(kept)) nodes.forEach((node) => node.remove());
    const changed = blocks.slice(drawn);
    this.add(changed.slice(0, -1), make);
    this.add(changed.slice(-1), make); // by itself, because it is the one that grows
  }

  add(blocks, make) {
    if (blocks.length === 0) return;
    const source = blocks.join("");
    const fragment = make(source);
    this.parts.push({ size: blocks.length, source, make, nodes: [...fragment.childNodes] });
    this.element.append(fragment);
  }
}

/** Return the blocks of `text`, and the function that makes a fragment of some of them. */
function split(text, places) {
  try {
    if (isBounded(text)) return { blocks: render(text, places), make: sanitize };
  } catch {
    // nested too deep, or too many marks
  }
  return { blocks: [anchorPlain(text, places)], make: makePlain };
}

function isBounded(text) {
  return text.length <= MAX.characters && text.split("\n").length <= MAX.lines && !NESTED.test(text);
}

/** Return the HTML of each block. */
function render(text, places) {
  const tokens = lex(text);
  if (places.length === 0) return tokens.map((token) => marked.parser([token]));
  const renderAgain = (raw) => marked.parser(lex(raw, tokens.links));
  return findBlocks(text, tokens).map((block) => {
    const touch = ({ start, end, edge }) => (edge === "start" ? start : end - 1) - block.offset;
    const own = places.filter((place) => touch(place) >= 0 && touch(place) < block.raw.length);
    return own.length ? anchorBlock(block, own, renderAgain) : block.html;
  });
}

/** Return the blocks as `anchorBlock` takes them; from where marked changes white space, all that follows is one. */
function findBlocks(text, tokens) {
  const blocks = [];
  let offset = 0;
  for (const [index, token] of tokens.entries()) {
    const isAsWritten = text.startsWith(token.raw, offset);
    const raw = isAsWritten ? token.raw : text.slice(offset);
    blocks.push({ raw, offset, html: marked.parser(isAsWritten ? [token] : tokens.slice(index)) });
    if (!isAsWritten) break;
    offset += raw.length;
  }
  return blocks;
}

/** Return the tokens of `text`; `links` are those that are defined elsewhere. */
function lex(text, links = {}) {
  const lexer = new BoundedLexer(marked.defaults);
  Object.assign(lexer.tokens.links, links);
  return lexer.lex(text);
}

/** Return an address that stands there without marks, as marked does, but end it at an anchor. */
function findAddress(source) {
  const find = (text) => Tokenizer.prototype.url.call(this, text);
  const found = find(source);
  const cut = found ? cutAtAnchor(found.raw) : "";
  return !found || cut === found.raw ? found : find(cut);
}

function sanitize(html) {
  const fragment = purifier.sanitize(html, ALLOWED);
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const titled of fragment.querySelectorAll("[title]")) titled.title = straighten(titled.title);
  const texts = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data } = texts.currentNode; // which may have come as a character reference
    if (straighten(data) !== data) texts.currentNode.data = straighten(data);
  }
  for (const pre of fragment.querySelectorAll("pre")) frame(pre);
  for (const classed of fragment.querySelectorAll("[class]:not(.code)")) classed.removeAttribute("class");
  for (const heading of fragment.querySelectorAll("h1, h2, h3, h4, h5, h6")) demote(heading);
  for (const block of fragment.children) block.dir ||= findDirection(block.textContent);
  for (const wide of fragment.querySelectorAll("pre, table")) wide.tabIndex = 0; // it may scroll, so keys must reach it
  return fragment;
}

/** Put a block of code into a frame that bears its language; code is written from left to right. */
function frame(pre) {
  const block = document.createElement("div");
  const [, language] = /^language-(.{1,30})$/u.exec(pre.firstElementChild?.className ?? "") ?? [];
  if (language) block.dataset.language = language; // shown by the style: it is no part of the answer
  Object.assign(block, { className: "code", dir: "ltr", lang: "" });
  pre.replaceWith(block);
  block.append(pre);
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function makePlain(text) {
  const fragment = document.createDocumentFragment();
  const paragraph = fragment.appendChild(document.createElement("p"));
  paragraph.className = "plain";
  paragraph.textContent = text;
  return fragment;
}

// The page's own headings are above those of an answer.
function demote(heading) {
  const lower = document.createElement("p");
  lower.className = "heading";
  lower.append(...heading.childNodes);
  heading.replaceWith(lower);
}
