// What the address says as the page is opened; both are taken out of it, and of the browser's history.

/** Return the question of `?m=`, null where there is none. */
export function takeQuestion() {
  const address = new URL(location.href);
  const question = address.searchParams.get("m");
  if (question !== null) {
    address.searchParams.delete("m");
    history.replaceState(null, "", address);
  }
  return question;
}

/** Return the session's id of `#c=`, a secret that no server sees there; null where there is none. */
export function takeSessionId() {
  const id = new URLSearchParams(location.hash.slice(1)).get("c");
  if (id !== null) history.replaceState(null, "", location.pathname + location.search);
  return id;
}
