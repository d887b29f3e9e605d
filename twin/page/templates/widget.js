// A button on any page; the chat is an iframe of the service, made on the first click.
(() => {
  const script = document.currentScript;
  const { title = "Ask me", position, accent, theme, open } = script.dataset;
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
  const side = position === "left" ? "left" : "right";

  const sheet = new CSSStyleSheet(); // which no policy of the page forbids
  sheet.replaceSync(`
    :host { all: initial; }
    button, iframe { position: fixed; z-index: 2147483000; ${side}: 20px; border: 0; }
    button { bottom: 20px; padding: 13px 20px; border-radius: 24px; cursor: pointer;
      background: ${colour}; color: ${ink}; font: 600 16px/22px system-ui, sans-serif;
      box-shadow: 0 2px 12px #0004; max-width: calc(100vw - 40px); }
    button:focus-visible { outline: 3px solid ${colour}; outline-offset: 3px; }
    iframe { bottom: 80px; width: 400px; height: min(640px, calc(100vh - 100px)); border-radius: 14px;
      box-shadow: 0 6px 32px #0005; color-scheme: normal; }
    [hidden] { display: none; }
    @media (max-width: 480px), (max-height: 420px) {
      iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; }
    }`);

  const host = document.createElement("div");
  host.dataset.twinWidget = "";
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const button = root.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = title;
  button.setAttribute("aria-expanded", "false");
  let frame;

  function toggle(show, quietly) {
    if (show && !frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.allow = "clipboard-write";
      frame.src = panel;
      frame.onload = () => quietly || frame.hidden || frame.focus();
      root.prepend(frame);
    }
    if (frame) frame.hidden = !show;
    button.setAttribute("aria-expanded", show);
    if (!quietly) (show ? frame : button).focus();
  }

  const isOpen = () => frame && !frame.hidden;
  button.onclick = () => toggle(!isOpen());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && isOpen() && host.isConnected) toggle(false);
  });
  addEventListener("message", (event) => {
    if (isOpen() && event.source === frame.contentWindow && event.data === "twin:close") toggle(false);
  });

  const mount = () => {
    document.body.append(host);
    if (open !== undefined && open !== "false") toggle(true, true); // the focus is the host page's
  };
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
})();
