"""The floor: a loop of bare calls with the SDK, and nothing around them; prints what they took as JSON.

`floor.py CALLS RATE WAIT WORDS EVERY`
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import openai

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.chats.wire import Plan, unspell

WARM_UP = 20  # calls, fewer of streams


def main() -> None:
    calls, rate, wait, words, every = (float(argument) for argument in sys.argv[1:])
    plan = Plan(wait, int(words), every)
    persona = Path("me.txt").read_text(encoding="utf-8").strip()
    client = openai.OpenAI()
    messages = [{"role": "system", "content": persona}, {"role": "user", "content": plan.message}]
    request: dict[str, Any] = {"model": os.environ["OPENAI_MODEL"], "messages": messages, "max_tokens": 2_000}
    warm_up = 1 if every else WARM_UP
    added, cpu, due = [], 0.0, time.monotonic()
    for number in range(int(calls) + warm_up):
        if number == warm_up:
            cpu = time.process_time()
        began = time.monotonic()
        if every:
            chunks = client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True})
            first = 0.0
            for _ in chunks:
                first = first or time.monotonic()
            added.append(1e3 * (first - began - wait))
        else:
            text = client.chat.completions.create(**request).choices[0].message.content
            took = unspell(text.split()[-1].encode())
            added.append(1e3 * (time.monotonic() - began) - took / 1e3)
        due = max(due + 1 / rate, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))
    cpu = (time.process_time() - cpu) / calls
    print(json.dumps({"added": added[warm_up:], "cpu_ms": 1e3 * cpu}))


if __name__ == "__main__":
    main()
