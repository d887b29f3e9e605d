// A footnote: a small button in the text, and what it opens beside itself.

const WIDTH = 340; // pixels, where the window is as wide
const HEIGHT = 240; // pixels, in which most footnotes have room
const [EDGE, GAP] = [16, 8]; // pixels between a footnote and the window's edge, and its button

/**
 * Return a footnote's button and its text, for one after the other. The text is a popover, of which browsers have one
 * open at a time.
 *
 * The button's `sign` is no text, so that it is not copied with the words around it; the `name` is what screen readers
 * say. `fill` returns what the popover holds, as it opens: closed it is empty, and no part of the answer.
 */
export function makeFootnote({ sign, name, fill }) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", ariaLabel: name });
  button.dataset.sign = sign;
  const footnote = document.createElement("span");
  Object.assign(footnote, { className: "footnote", popover: "auto", role: "note", dir: "auto" });
  button.popoverTargetElement = footnote;
  const place = () => placeBeside(footnote, button);
  footnote.addEventListener("beforetoggle", ({ newState }) => {
    const isOpening = newState === "open";
    footnote.replaceChildren(...(isOpening ? fill() : []));
    if (isOpening) place();
    (isOpening ? addEventListener : removeEventListener)("resize", place);
  });
  footnote.addEventListener("toggle", () => {
    footnote.tabIndex = footnote.scrollHeight > footnote.clientHeight ? 0 : -1; // it scrolls, so keys must reach it
  });
  return [button, footnote];
}

/** Place a footnote on the page, with which it scrolls: under its button, or above that where only there is room. */
function placeBeside(footnote, button) {
  const { clientWidth, clientHeight } = document.documentElement;
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const width = Math.min(WIDTH, clientWidth - 2 * EDGE);
  const wanted = getComputedStyle(button).direction === "rtl" ? right + EDGE - width : left - EDGE;
  const isUnder = clientHeight - bottom >= Math.min(top, HEIGHT);
  Object.assign(footnote.style, {
    width: `${width}px`,
    left: `${scrollX + Math.min(Math.max(wanted, EDGE), clientWidth - width - EDGE)}px`,
    top: isUnder ? `${scrollY + bottom + GAP}px` : "auto",
    bottom: isUnder ? "auto" : `${clientHeight - scrollY - top + GAP}px`,
    maxHeight: `${(isUnder ? clientHeight - bottom : top) - GAP - EDGE}px`,
  });
}
