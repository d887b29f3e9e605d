"""Send one notice by each channel, in a process of its own: importing apprise would hold up chats for a second.

A channel that hangs or drips ends with the process.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from dataclasses import dataclass
from hashlib import sha256
from threading import Thread
from typing import Any

import apprise

STATUS = re.compile(r"error[= ](\d{3})\b")  # in the lines of apprise's plugins
DEBUG = 10  # the level at which apprise says how a connection failed
PIECE = re.compile(r"[\s,]+(?=[\w+.-]+://)")  # between two URLs


@dataclass
class Attempt:
    """The sending by one channel; `fault` completes “ntfy: …” and is None once delivered."""

    channel: str
    name: str
    fault: str | None


def send_all(urls: str, title: str, body: str, seconds: float) -> list[Attempt]:
    """Send a notice by each of the channels at once, and return the outcome of each after at most `seconds`."""
    asset = apprise.AppriseAsset(app_id="Twin", http_redirects=False)
    attempts, threads = [], []
    for url in filter(None, PIECE.split(urls.strip(" ,\n"))):
        plugin = apprise.Apprise.instantiate(url, asset=asset)
        name = str(plugin.service_name) if plugin else url.partition("://")[0][:40]
        late = f"it did not answer within {seconds:g} s"
        attempt = Attempt(sha256(url.encode()).hexdigest(), name, late if plugin else "apprise knows no such URL")
        attempts.append(attempt)
        if plugin:
            plugin.socket_connect_timeout = plugin.socket_read_timeout = 2 * seconds  # the end below comes first
            threads.append(Thread(target=_send, args=(plugin, attempt, title, body), daemon=True))
            threads[-1].start()
    give_up = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, give_up - time.monotonic()))
    return attempts


def _send(plugin: Any, attempt: Attempt, title: str, body: str) -> None:
    sender = apprise.Apprise()
    sender.add(plugin)
    result = sender.notify(title=title, body=body, body_format="text", log_level=DEBUG)
    attempt.fault = None if result else _explain("\n".join(entry.message for entry in result.logs()))


def _explain(said: str) -> str:
    """Return the fault in the lines of a plugin, without a word of the channel's own."""
    if statuses := STATUS.findall(said):
        status = int(statuses[-1])
        return (
            f"it redirects ({status}), which is not followed" if status < 400 else f"it refuses the notice ({status})"
        )
    if "onnection error" in said or "Socket Exception" in said:
        return "it cannot be reached"
    return "it did not take the notice"


def main() -> None:
    """Read the notice from standard input, and write the outcome of each channel as JSON to standard output."""
    attempts = send_all(**json.load(sys.stdin))
    sys.stdout.write(json.dumps([vars(attempt) for attempt in attempts]))
    sys.stdout.flush()
    os._exit(0)  # whatever still hangs


if __name__ == "__main__":
    main()
