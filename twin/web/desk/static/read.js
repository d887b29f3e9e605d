// A conversation counts as read once its owner has opened it.

const form = document.querySelector("#read");

export async function markRead() {
  await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
}

if (document.visibilityState === "visible") markRead();
else document.addEventListener("visibilitychange", markRead, { once: true });
