// The way to the conversation's end, where that is out of view.

const isStill = matchMedia("(prefers-reduced-motion: reduce)");

/** Show `button` while the end of the last of `turns` is below what is in view, and go there when it is pressed. */
export function followLatest(turns, button, composer) {
  const findEnd = () => turns.lastElementChild?.querySelector(".foot");
  const update = () => {
    const end = findEnd();
    const edge = composer.getBoundingClientRect().top;
    button.hidden = !end || end.getBoundingClientRect().top <= edge + 1;
  };
  const observer = new ResizeObserver(update);
  observer.observe(turns);
  addEventListener("scroll", update, { passive: true });
  addEventListener("resize", update);
  button.addEventListener("click", () => showEnd(turns, isStill.matches ? "instant" : "smooth"));
}

/** Bring the conversation's end into view. */
export function showEnd(turns, behavior = "instant") {
  turns.lastElementChild?.querySelector(".foot").scrollIntoView({ block: "end", behavior });
}
