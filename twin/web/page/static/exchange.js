// Requests between the visitor and the owner, and the link that leads back to a conversation.

import { locate } from "./session.js";
import { Problem, makeProblem } from "./stream.js";

const PATIENCE = 15_000; // milliseconds

/** Send something of a session, and return what the service says, null for nothing; throw a Problem. */
export async function post(id, name, body) {
  const response = await fetch(`${locate(id)}/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  }).catch(() => {
    throw new Problem("unreachable");
  });
  if (!response.ok) throw await makeProblem(response);
  return response.status === 204 ? null : await response.json();
}

/** Return the address that opens a conversation; its id is behind the #, which browsers send to no server. */
export function linkTo(id) {
  return new URL(`../../#c=${encodeURIComponent(id)}`, import.meta.url).href;
}
