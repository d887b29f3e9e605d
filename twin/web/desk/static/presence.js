// Each new message of the conversation, within two seconds, without losing what is being written.

import { markRead } from "./read.js";

const LOOK_MILLISECONDS = 1_000;
const presence = document.querySelector("#presence");
const status = () => presence.querySelector("[role=status]");

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = fresh.querySelector(".sayings");
  if (list) document.querySelector(".sayings")?.replaceWith(list);
  const said = fresh.querySelector("#presence [role=status]");
  if (said) status().textContent = said.textContent;
  const [reply, hold] = fresh.querySelectorAll("#presence form");
  if (hold) {
    presence.querySelector("form button").textContent = reply.querySelector("button").textContent;
    presence.querySelector("form + form").replaceWith(hold);
  }
  const read = fresh.querySelector("#read [name=until]");
  if (read) document.querySelector("#read [name=until]").value = read.value;
  await markRead();
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(presence.dataset.news);
      const { at, held } = await answer.json();
      const key = `${at} ${held}`;
      if (presence.dataset.key && presence.dataset.key !== key) await refresh();
      presence.dataset.key = key;
    } catch {
      // the next look may find the service again
    }
  }
  setTimeout(look, LOOK_MILLISECONDS);
}

if (presence) look();
