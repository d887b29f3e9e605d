// A document that React renders as a whole, <html> included, and a router of a few lines.

import { createElement as h, useEffect, useState } from "react";

export function Site({ path }) {
  const [here, setHere] = useState(path);
  useEffect(() => {
    const follow = () => setHere(location.pathname);
    document.documentElement.dataset.hydrated = "";
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  function go(event) {
    event.preventDefault();
    history.pushState(null, "", event.currentTarget.href);
    setHere(location.pathname);
  }
  const name = here === "/one.html" ? "One" : "Two";
  return h("html", { lang: "en" },
    h("head", null,
      h("meta", { charSet: "utf-8" }),
      h("title", null, name),
      h("link", { rel: "icon", href: "data:," }),
      h("script", { src: "WIDGET", "data-title": "Ask the site", async: true })),
    h("body", null,
      h("main", { key: here },
        h("h1", null, name),
        h("a", { href: "/one.html", onClick: go }, "Go to one"),
        h("a", { href: "/two.html", onClick: go }, "Go to two"))));
}
