// A button on any page; the chat is an iframe of the service, made on the first click.
(() => {
  // A module has no currentScript, and its address stands in a stack trace alone.
  const current = document.currentScript;
  const address = current?.src || /\bhttps?:\/\/\S+?(?=:\d+:\d+)/.exec(new Error().stack)?.[0];
  const script = current || [...document.scripts].find(({ src }) => src === address);
  const { title, position, accent, theme, open, lang, greeting } = script?.dataset ?? {};
  const hex = /^#?([\da-f]{6}|[\da-f]{3})$/i.exec((accent || "").trim());
  const colour = hex ? "#" + (hex[1].length > 3 ? hex[1] : hex[1].replace(/./g, "$&$&")) : "{{ accent }}";
  const panel = new URL("widget/panel", address);
  const from = panel.origin === origin ? "" : origin; // by which the service says why it may not be shown here
  for (const [name, value] of Object.entries({ accent: colour.slice(1), theme, lang, greeting, from })) {
    if (value) panel.searchParams.set(name, value);
  }

  const luminance = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ink = luminance > 0.179 ? "#000" : "#fff"; // whichever has more contrast
  const small = "(max-width: 480px), (max-height: 420px)";
  const side = position === "left" ? "left" : "right";

  // Pages that swap their body run the script again: the widget that lives goes on, unless its options are others now.
  const key = JSON.stringify([panel.href, title, open]);
  const widgets = (window.twinWidgets ??= {});
  if (widgets[side]?.key === key) return widgets[side].check();
  widgets[side]?.remove();

  const sheet = new CSSStyleSheet(); // which no policy of the page forbids
  sheet.replaceSync(`
    :host { all: initial !important; display: contents !important; }
    button, iframe, p { position: fixed; z-index: 2147483000; ${side}: 20px; border: 1px solid #0000; }
    button { bottom: 20px; padding: 12px 20px; border-radius: 24px; cursor: pointer;
      background: ${colour}; color: ${ink}; font: 600 16px/22px system-ui, sans-serif;
      box-shadow: 0 2px 12px #0004; max-width: calc(100vw - 40px); overflow-wrap: anywhere; }
    :focus-visible { outline: 3px solid ${colour}; outline-offset: 3px; }
    iframe, p { bottom: 80px; width: 400px; height: min(640px, calc(100vh - 100px)); border-radius: 14px;
      box-shadow: 0 6px 32px #0005; color-scheme: normal; }
    p { box-sizing: border-box; height: auto; margin: 0; padding: 24px; background: #fff; color: #222;
      font: 16px/1.5 system-ui, sans-serif; }
    a { color: inherit; }
    [hidden] { display: none; }
    @media ${small} {
      iframe { inset: 0; box-sizing: border-box; width: 100%; height: 100%; border: 0; border-radius: 0; }
      p { width: auto; left: 20px; right: 20px; }
      .ready:not([hidden]) + button { display: none; }
    }
    @media print { button, iframe, p { display: none; } }`);

  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const host = make("div");
  host.dataset.twinWidget = side;
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const excuse = make("p", { hidden: true, role: "status", lang: "{{ language.tag }}", dir: "auto" });
  const button = make("button", { type: "button", textContent: title || "{{ language.page.widget_title }}", ariaExpanded: false });
  button.onclick = () => toggle(!isOpen);
  root.append(excuse, button);
  const ended = new AbortController();
  let frame;
  let isOpen = false;

  function toggle(show, quietly) {
    isOpen = show;
    if (show && !frame) {
      mount(document.documentElement);
      frame = make("iframe", { title: button.textContent, allow: "clipboard-write", src: panel });
      frame.onload = () => {
        if (root.activeElement === frame) frame.focus(); // into its page
        setTimeout(admit, 2_000);
      };
      setTimeout(admit, 15_000);
      button.before(frame);
    }
    draw();
    if (quietly) return;
    (show ? frame : button).focus();
    store((storage) => storage.setItem(slot, show));
  }

  function draw() {
    const isBroken = Boolean(excuse.firstChild);
    if (frame) frame.hidden = !isOpen || isBroken;
    excuse.hidden = !isOpen || !isBroken;
    button.ariaExpanded = isOpen;
  }

  // What a policy, a lost connection or an outage left in the frame cannot be seen from here, but it says nothing.
  function admit() {
    if (frame.className || excuse.firstChild) return;
    const isFocused = root.activeElement === frame;
    const href = new URL(".", address);
    const link = make("a", { href, target: "_blank", textContent: "{{ language.page.widget_tab }}" });
    excuse.append("{{ language.page.widget_closed }} ", link);
    draw();
    if (isFocused) link.focus();
  }

  // Whether it is open, for the tab's next page.
  const slot = `twin.widget.${side}`;
  function store(use) {
    try {
      return use(sessionStorage);
    } catch {
      return null; // none is allowed here
    }
  }

  function onKeydown(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen || !host.isConnected) return;
    const theirs = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!theirs && !document.querySelector(":is(:modal, :popover-open)")) toggle(false);
  }

  function onMessage({ source, data }) {
    if (source !== frame?.contentWindow) return;
    if (data === "twin:ready") {
      frame.className = "ready"; // it has a way to close it
      excuse.replaceChildren();
      draw();
    }
    if (data === "twin:close") toggle(false);
  }

  // Once it is open it stands beside the body, because that is what Turbo, Astro and htmx swap: in it the frame would load
  // anew each time. Until then it stands in it, because React 18 hydrates no document that has anything beside it.
  function mount(place) {
    place.append(host);
    for (const watched of [document, document.documentElement, place]) observer.observe(watched, { childList: true });
    addEventListener("keydown", onKeydown, ended);
    addEventListener("message", onMessage, ended);
  }

  let returns = 0; // within the last second; a page that removes the widget each time is no reason to hang
  function check() {
    const hosts = [...document.querySelectorAll("[data-twin-widget]")];
    hosts.forEach((found) => found.shadowRoot || found.remove()); // of a page that was saved, or kept in a cache
    if (host.isConnected || returns > 8 || !document.documentElement || ended.signal.aborted) return;
    returns += 1;
    setTimeout(() => {
      returns -= 1;
      check();
    }, 1_000);
    if (frame) frame.className = ""; // it loads anew
    mount(document.documentElement);
  }

  function remove(forget) {
    if (forget) store((storage) => storage.removeItem(slot));
    ended.abort();
    observer.disconnect();
    host.remove();
  }

  function start() {
    if (ended.signal.aborted) return;
    mount(document.body);
    check();
    const fits = !matchMedia(small).matches; // and does not cover the page
    const wished = open !== undefined && open !== "false";
    if (fits && (store((storage) => storage.getItem(slot)) ?? `${wished}`) === "true") toggle(true, true); // the focus is the host page's
  }

  const observer = new MutationObserver(check);
  widgets[side] = { key, check, remove };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
