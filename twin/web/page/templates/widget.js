// A button on any page; the chat is an iframe of the service, made on the first click.
(() => {
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  const { title, position, accent, theme, open } = script.dataset;
  const hex = /^#?([\da-f]{6}|[\da-f]{3})$/i.exec((accent || "").trim());
  const colour = hex ? "#" + (hex[1].length > 3 ? hex[1] : hex[1].replace(/./g, "$&$&")) : "{{ accent }}";
  const panel = new URL("widget/panel", script.src);
  panel.searchParams.set("accent", colour.slice(1));
  if (theme) panel.searchParams.set("theme", theme);

  const luminance = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ink = luminance > 0.179 ? "#000" : "#fff"; // whichever has more contrast
  const small = "(max-width: 480px), (max-height: 420px)";
  const side = position === "left" ? "left" : "right";

  const sheet = new CSSStyleSheet(); // which no policy of the page forbids
  sheet.replaceSync(`
    :host { all: initial !important; display: contents !important; }
    button, iframe { position: fixed; z-index: 2147483000; ${side}: 20px; border: 1px solid #0000; }
    button { bottom: 20px; padding: 12px 20px; border-radius: 24px; cursor: pointer;
      background: ${colour}; color: ${ink}; font: 600 16px/22px system-ui, sans-serif;
      box-shadow: 0 2px 12px #0004; max-width: calc(100vw - 40px); overflow-wrap: anywhere; }
    button:focus-visible { outline: 3px solid ${colour}; outline-offset: 3px; }
    iframe { bottom: 80px; width: 400px; height: min(640px, calc(100vh - 100px)); border-radius: 14px;
      box-shadow: 0 6px 32px #0005; color-scheme: normal; }
    [hidden] { display: none; }
    @media ${small} {
      iframe { inset: 0; box-sizing: border-box; width: 100%; height: 100%; border: 0; border-radius: 0; }
      .ready:not([hidden]) + button { display: none; }
    }`);

  const host = document.createElement("div");
  host.dataset.twinWidget = side;
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const button = root.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = title || "Ask me";
  button.setAttribute("aria-expanded", "false");
  let frame;

  function toggle(show, quietly) {
    if (show && !frame) {
      frame = document.createElement("iframe");
      frame.title = button.textContent;
      frame.allow = "clipboard-write";
      frame.src = panel;
      frame.onload = () => root.activeElement === frame && frame.focus(); // into its page
      root.prepend(frame);
    }
    if (frame) frame.hidden = !show;
    button.setAttribute("aria-expanded", show);
    if (!quietly) (show ? frame : button).focus();
  }

  const isOpen = () => frame && !frame.hidden;
  button.onclick = () => toggle(!isOpen());
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen() || !host.isConnected) return;
    const theirs = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!theirs && !document.querySelector(":is(:modal, :popover-open)")) toggle(false);
  });
  addEventListener("message", (event) => {
    if (event.source !== frame?.contentWindow) return;
    if (event.data === "twin:ready") frame.className = "ready"; // it has a way to close it
    if (event.data === "twin:close") toggle(false);
  });

  const mount = () => {
    if (document.querySelector(`[data-twin-widget="${side}"]`)) return;
    document.body.append(host);
    const fits = !matchMedia(small).matches; // and does not cover the page
    if (fits && open !== undefined && open !== "false") toggle(true, true); // the focus is the host page's
  };
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
})();
