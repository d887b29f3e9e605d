// Places in a Markdown text, each an anchor: a private character that goes through the rendering with the text around it.

const PRIVATE = { first: 0xe000, last: 0xf8ff, each: /[\ue000-\uf8ff]/ }; // they mean nothing by themselves (Unicode)
const REFERENCE = /&#(?:x([\da-f]+)|(\d+))/gi; // of HTML, for a character
const MAX_TRIES = 60; // renderings of one block

/** Return up to `count` private characters, none of which is in `text`. */
export function makeAnchors(text, count) {
  const used = new Set(Array.from(text, (character) => character.codePointAt(0)));
  for (const [, hex, decimal] of text.matchAll(REFERENCE)) used.add(Number(hex ? `0x${hex}` : decimal));
  const anchors = [];
  for (let code = PRIVATE.first; code <= PRIVATE.last && anchors.length < count; code += 1) {
    if (!used.has(code)) anchors.push(String.fromCharCode(code));
  }
  return anchors;
}

/** Return `text` up to the first anchor in it. */
export function cutAtAnchor(text) {
  return text.split(PRIVATE.each, 1)[0];
}

/**
 * Return a block's HTML with the anchors of `places` in it, each where it changes nothing but for itself.
 *
 * Only rendering tells where that is: in front of a list, within an address or behind `**` it would be another text.
 * Where there is no such offset near, the anchor comes behind the block; a `strict` place then has none. A place is
 * `{anchor, start, end, edge, strict}`: an edge, `"start"` or `"end"`, of a part of the text, in UTF-16 units. A block
 * is `{raw, html, offset}`: its Markdown, its HTML, and where it begins; `render` makes HTML of Markdown.
 */
export function anchorBlock(block, places, render) {
  const draft = new Draft(block, render);
  const lost = draft.addAll(places.map((place) => shift(place, block)));
  const behind = lost.filter(({ strict }) => !strict).map(({ anchor }) => anchor);
  return draft.html + behind.join("");
}

/** A block with those anchors that are in their place so far. */
class Draft {
  placed = []; // {anchor, at}
  tries = 0;

  constructor({ raw, html }, render) {
    Object.assign(this, { raw, html, bare: html, render });
  }

  /** Add an anchor for each place, and return those places for which that cannot be: in one go, or half by half. */
  addAll(places) {
    if (this.add(places.map((place) => takeFirst(this.raw, place)))) return [];
    if (places.length === 1) return places.filter((place) => !this.addNear(place));
    const half = Math.ceil(places.length / 2);
    return [...this.addAll(places.slice(0, half)), ...this.addAll(places.slice(half))];
  }

  addNear({ anchor, ...place }) {
    const [, ...offsets] = findOffsets(this.raw, place);
    return offsets.some((at) => this.add([{ anchor, at }]));
  }

  /** Add anchors if they change nothing but for themselves; return whether they do not. */
  add(more) {
    if ((this.tries += 1) > MAX_TRIES) return false;
    const placed = [...this.placed, ...more];
    try {
      const html = this.render(insertAnchors(this.raw, placed));
      if (!isUnharmed(html, this.bare, placed)) return false;
      Object.assign(this, { html, placed });
      return true;
    } catch {
      return false; // as another text it may have too many marks
    }
  }
}

/** Return `text`, which is no Markdown, with the anchors of `places` in it. */
export function anchorPlain(text, places) {
  return insertAnchors(text, places.map((place) => takeFirst(text, place)));
}

function takeFirst(text, place) {
  const [at] = findOffsets(text, place);
  return { anchor: place.anchor, at };
}

function shift(place, { raw, offset }) {
  const [start, end] = [place.start, place.end].map((at) => Math.min(Math.max(at - offset, 0), raw.length));
  return { ...place, start, end };
}

/** Yield the offsets at which an edge may be, the best first: within marks such as `**`, else around a whole word. */
function* findOffsets(text, { start, end, edge }) {
  if (edge === "start") {
    yield go(text, start, end, /[\s*_~`|[]/);
    yield go(text, start, end, /[^\p{L}\p{N}]/u);
    yield back(text, start, 0, /\S/);
  } else {
    const trimmed = back(text, end, start, /\s/);
    yield back(text, end, start, /[\s*_~`|]/);
    yield trimmed;
    yield go(text, trimmed, text.length, /\S/);
    yield back(text, end, start, /[^\p{L}\p{N}]/u);
  }
}

function go(text, at, end, skipped) {
  while (at < end && skipped.test(text[at])) at += 1;
  return at;
}

function back(text, at, start, skipped) {
  while (at > start && skipped.test(text[at - 1])) at -= 1;
  return at;
}

function insertAnchors(text, placed) {
  let [anchored, done] = ["", 0];
  for (const { anchor, at } of placed.toSorted((one, other) => one.at - other.at)) {
    anchored += text.slice(done, at) + anchor;
    done = at;
  }
  return anchored + text.slice(done);
}

/** Return whether `drawn` is `html` but for anchors, all of which are in its text, not in its tags. */
function isUnharmed(drawn, html, placed) {
  const texts = drawn.replace(/<[^>]*>/g, "");
  if (!placed.every(({ anchor }) => texts.includes(anchor))) return false;
  const anchors = new Set(placed.map(({ anchor }) => anchor));
  return Array.from(drawn).filter((character) => !anchors.has(character)).join("") === html;
}
