// A model's Markdown as elements that run nothing, load nothing and lead only to named places.

import { Marked } from "./marked.esm.js";
import "./purify.min.js";

const LONGEST = 50_000; // characters; parsing takes too long for more, so it is shown as it is
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g; // overrides that make a text look like another one

const HARMLESS = /^<\/?(b|br|code|del|em|i|s|strong|sub|sup)\s*\/?>$/i; // what models write for want of Markdown

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: { image: ({ text }) => escape(text), html: ({ text }) => (HARMLESS.test(text) ? text : escape(text)) },
});
const purifier = globalThis.DOMPurify(globalThis);
const ALLOWED = {
  ALLOWED_TAGS: [
    ..."a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strong sub sup".split(" "),
    ..."table tbody td th thead tr ul".split(" "),
  ],
  ALLOWED_ATTR: ["href", "start", "title"],
  ADD_URI_SAFE_ATTR: ["start"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|tel:)/i,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** Return `markdown` as a fragment of the document. */
export function render(markdown) {
  const text = markdown.replace(DIRECTIONS, "");
  if (text.length > LONGEST) return plain(text);
  let html;
  try {
    html = marked.parse(text);
  } catch {
    return plain(text); // nested too deep
  }
  const fragment = purifier.sanitize(html, ALLOWED);
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const heading of fragment.querySelectorAll("h1, h2, h3, h4, h5, h6")) demote(heading);
  for (const wide of fragment.querySelectorAll("pre, table")) wide.tabIndex = 0; // it may scroll, so keys must reach it
  return fragment;
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function plain(text) {
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
