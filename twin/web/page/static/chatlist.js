// The dialog that lists this browser's chats.

import { make, makeButton } from "./elements.js";
import { say, sayInstant } from "./texts.js";

/** Let `opener` show the chats; `actions` are `open`, `forget`, `erase`, each of a session's id, and `locateExport`. */
export function setUpChatList(opener, dialog, { chats, findCurrent, actions }) {
  const list = dialog.querySelector("ul");
  const none = dialog.querySelector(".none");

  function makeRow({ sessionId, title, at }, index) {
    const isCurrent = sessionId === findCurrent();
    const row = make("li");
    const open = makeButton(title, () => close(() => actions.open(sessionId)));
    open.className = "title";
    open.id = `chat-${index}`;
    open.dir = "auto";
    open.lang = "";
    if (isCurrent) open.setAttribute("aria-current", "true");
    const when = make("p", "when", [sayInstant(at), isCurrent && say("open_now")].filter(Boolean).join(" · "));
    const download = make("a", "", say("download"));
    Object.assign(download, { href: actions.locateExport(sessionId), download: "" });
    const forget = makeButton(say("forget"), () => close(() => actions.forget(sessionId)));
    const erase = makeButton(say("delete"), () => actions.erase(sessionId, () => dialog.close()));
    for (const tool of [download, forget, erase]) tool.setAttribute("aria-describedby", open.id);
    const tools = make("div", "tools");
    tools.append(download, forget, erase);
    row.append(open, when, tools);
    return row;
  }

  function close(then) {
    dialog.close();
    then();
  }

  opener.addEventListener("click", () => {
    list.replaceChildren(...chats.list().map(makeRow));
    none.hidden = list.childElementCount > 0;
    dialog.showModal();
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // beside it
}
