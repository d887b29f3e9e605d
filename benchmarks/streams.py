"""Measure the delay of each word from the model: at the clients of 500 streams, and on the page in Chromium."""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.scripted_model import DONE, STREAM_HEAD, ScriptedModel, Step, chunk  # noqa: E402
from tests.support.service import Service, copy_project  # noqa: E402

STREAMS = 500
WORDS = 50
REQUEST = (
    b"POST /chat HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    b'Content-Length: 17\r\nConnection: close\r\n\r\n{"message": "Hi"}'
)
# The time at which each word was first drawn, beside the word, which is the time of writing, by the same clock.
WATCH = """() => {
  window.late = [];
  let seen = 0;
  new MutationObserver(() => {
    const now = Date.now() / 1000;
    const words = document.querySelector('.answer')?.textContent.trim().split(/\\s+/) ?? [];
    for (const word of words.slice(seen)) if (/^\\d+\\.\\d{3}$/.test(word)) late.push(now - Number(word));
    seen = words.length;
  }).observe(document.getElementById('turns'), {childList: true, subtree: true, characterData: true});
}"""


def clocks(count: int, seconds: float, before: str = "") -> Step:
    """Stream `before`, and a second later the current time as a word, `count` times, `seconds` apart."""

    async def step(writer: asyncio.StreamWriter) -> bool:
        async def write(data: bytes, seconds: float) -> None:
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
            await writer.drain()
            await asyncio.sleep(seconds)

        writer.write(STREAM_HEAD)
        if before:
            await write(chunk(before), 1)
        for _ in range(count):
            await write(chunk(f"{time.time():.3f} "), seconds)
        await write(chunk(finish_reason="stop") + DONE, 0)
        writer.write(b"0\r\n\r\n")
        return True

    return step


async def read_stream(port: int) -> list[float] | None:
    """Return how late each word came, in seconds; None where the answer is not whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    late, last = [], b""
    async for line in reader:
        if line.startswith(b"event: "):
            last = line
        elif line.startswith(b"data: ") and b"delta" in last:
            now = time.time()
            late += [now - float(word) for word in json.loads(line[6:])["text"].split()]
    writer.close()
    return late if b"done" in last and len(late) == WORDS else None


async def read_streams(port: int) -> list[list[float] | None]:
    return list(await asyncio.gather(*(read_stream(port) for _ in range(STREAMS))))


def watch_page(url: str) -> list[float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto(url)
        page.evaluate(WATCH)
        page.get_by_label("Your message").fill("Hi")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Copy").wait_for(timeout=60_000)
        late: list[float] = page.evaluate("late")
        browser.close()
    return late


def report(what: str, late: list[float]) -> None:
    ordered = sorted(seconds * 1_000 for seconds in late)
    median, p99 = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
    print(f"{what}: {len(late)} words, ms late: p50 {median:.0f}, p99 {p99:.0f}, max {ordered[-1]:.0f}")


def main() -> None:
    model = ScriptedModel()
    with TemporaryDirectory() as folder:
        root = copy_project(Path(folder).resolve() / "twin")
        service = Service("gunicorn", root, {"OPENAI_API_KEY": "unused", "OPENAI_BASE_URL": model.url}).start()
        try:
            model.otherwise = clocks(WORDS, 0.1)
            report("On the page, a word every 100 ms", watch_page(service.url))
            model.otherwise = clocks(WORDS, 0.1, before="Some *words* of [Markdown](https://example.com).\n\n" * 300)
            report("The same after 1,200 words of Markdown", watch_page(service.url))
            model.otherwise = clocks(WORDS, 0.2)
            answers = asyncio.run(read_streams(service.port))
            whole = [late for late in answers if late is not None]
            print(f"{len(whole)} of {STREAMS} streams are whole")
            report(f"{STREAMS} streams at once, a word every 200 ms", [seconds for late in whole for seconds in late])
        finally:
            service.stop()
    model.close()


if __name__ == "__main__":
    main()
