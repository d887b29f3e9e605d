// The way to the conversation's end, where that is out of view.

const isStill = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Show `button` while the end of the last of `turns` is below what is in view. When it is pressed, go there, call
 * `onReached`, and stay there while an answer is being written, until the visitor scrolls up.
 */
export function followLatest(turns, button, composer, onReached) {
  let followed = null; // a turn
  let height = 0; // at which the page was scrolled
  const findEnd = () => turns.lastElementChild?.querySelector(".foot");
  const update = () => {
    if (scrollY < height) followed = null;
    height = scrollY;
    const end = findEnd();
    const edge = composer.getBoundingClientRect().top;
    button.hidden = !end || end.getBoundingClientRect().top <= edge + 1;
  };
  const observer = new ResizeObserver(() => {
    if (followed && followed === turns.lastElementChild) showEnd(turns);
    if (followed?.dataset.state !== "pending") followed = null;
    update();
  });
  observer.observe(turns);
  addEventListener("scroll", update, { passive: true });
  addEventListener("resize", update);
  button.addEventListener("click", () => {
    followed = turns.lastElementChild;
    showEnd(turns, isStill.matches ? "instant" : "smooth");
    onReached(); // the button is about to vanish, and the focus with it
  });
}

/** Bring the conversation's end into view. */
export function showEnd(turns, behavior = "instant") {
  turns.lastElementChild?.querySelector(".foot").scrollIntoView({ block: "end", behavior });
}
