// Elements of the page.

import { straighten } from "./markdown.js";

/** Return an element with text, which stays text whatever is in it. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = straighten(text);
  return element;
}

export function makeButton(name, onClick) {
  const button = make("button", "", name);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

/** Return a button that shows an icon of icons.svg; its name is what screen readers say, and a pointer's tip. */
export function makeIcon(icon, name, onClick) {
  const button = makeButton("", onClick);
  button.className = `icon ${icon}`;
  rename(button, name);
  return button;
}

export function rename(button, name) {
  button.ariaLabel = button.title = name;
}
