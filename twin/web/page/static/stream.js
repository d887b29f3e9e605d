// POST /chat as a stream: the events of one answer.

import { say } from "./texts.js";

const CHAT = new URL("../../chat", import.meta.url);
const SILENCE = 15_000; // milliseconds; while the model is silent, the service says so every second
const TRIES = 5; // after the first one; in all they wait longer than a dead process keeps a chat busy, 15 s
const LONGEST_WAIT = 60; // seconds; for longer, visitors would not stay
const BUSY = ["key_in_use", "session_busy"]; // with the same question, or with the one before it
const GATEWAY = [502, 503, 504]; // what a proxy says where it does not reach the service

/**
 * What went wrong: `reason`, the name of a sentence of the page's, or the service's own `detail` where it has none.
 * `passes` where another try may get the answer, `seconds` from now.
 */
export class Problem extends Error {
  constructor(reason, { detail = "", passes = false, seconds = 0 } = {}) {
    super(say(reason) || detail || say("no_answer"));
    Object.assign(this, { reason, passes, seconds });
  }
}

/**
 * Yield `{name, data}` for each event up to `done`; throw a Problem where there is none, AbortError if `signal` says so.
 *
 * With a `key` the service answers a question once, however often it is sent; so it is sent again where the connection
 * breaks, after an event `again` `{"seconds"}`. What came before it is void.
 */
export async function* ask(chat, signal) {
  for (let tried = 0; ; tried += 1) {
    try {
      yield* askOnce(chat, signal);
      return;
    } catch (error) {
      if (!chat.key || !error.passes || tried === TRIES) throw error;
      const seconds = Math.max(error.seconds, 2 ** tried);
      yield { name: "again", data: { seconds } };
      await pause(seconds, signal);
    }
  }
}

/** Return the name of the sentence that tells how an answer ended. */
export function explain(finishReason) {
  return finishReason === "length" ? "cut" : "";
}

async function* askOnce(chat, signal) {
  const response = await reach(chat, signal);
  if (!response.ok) throw await makeProblem(response);
  for await (const event of readEvents(response.body, signal)) {
    if (event.name === "error") throw new Problem(event.data.code, { detail: event.data.detail, seconds: event.data.retry_after });
    yield event;
    if (event.name === "done") return;
  }
  throw new Problem("broke_off", { passes: true });
}

async function reach({ message, sessionId, key }, signal) {
  try {
    return await fetch(CHAT, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "text/event-stream",
        ...(key && { "Idempotency-Key": key }),
      },
      body: JSON.stringify({ message, session_id: sessionId }),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem("unreachable", { passes: true });
  }
}

/** Return what went wrong where the service refuses. */
export async function makeProblem(response) {
  const problem = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("Retry-After")) || 0; // a proxy may send a date
  const isPassing = problem.code ? BUSY.includes(problem.code) : GATEWAY.includes(response.status);
  const { code, detail } = problem;
  return new Problem(code ?? "no_answer", { detail, passes: isPassing && seconds <= LONGEST_WAIT, seconds });
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", end, { once: true });
  });
}

async function* readEvents(body, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const timer = setTimeout(() => reader.cancel(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const [, name, data] = /^event: ([^\n]*)\ndata: ([^\n]*)$/.exec(block) ?? []; // null for a comment
        if (name) yield { name, data: JSON.parse(data) };
      }
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem("broke_off", { passes: true });
  } finally {
    reader.cancel().catch(() => {});
  }
}
