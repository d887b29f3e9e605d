// POST /chat as a stream: the events of one answer.

const CHAT = new URL("../../chat", import.meta.url);
const SILENCE = 15_000; // milliseconds; while the model is silent, the service says so every second

/** What went wrong, as a sentence for the visitor. */
export class Problem extends Error {}

/** Yield `{name, data}` for each event up to `done`; throw a Problem where there is none, AbortError if `signal` says so. */
export async function* ask(message, sessionId, signal) {
  const response = await reach(message, sessionId, signal);
  if (!response.ok) throw new Problem(await explain(response));
  for await (const event of readEvents(response.body, signal)) {
    if (event.name === "error") throw new Problem(event.data.detail);
    yield event;
    if (event.name === "done") return;
  }
  throw new Problem("The answer broke off.");
}

async function reach(message, sessionId, signal) {
  try {
    return await fetch(CHAT, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ message, session_id: sessionId }),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem("The twin cannot be reached. Are you online?");
  }
}

async function explain(response) {
  const problem = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("Retry-After"));
  const fields = (problem.errors ?? []).map((field) => field.message);
  const wait = seconds && seconds <= 600 ? [`Please wait ${seconds} seconds.`] : []; // a day is not counted down
  return [problem.detail ?? "The twin could not answer.", ...fields, ...wait].join(" ");
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
    throw new Problem("The answer broke off.");
  } finally {
    reader.cancel().catch(() => {});
  }
}
