"""The owner's channels: one notice to all of them, and the outcome of each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from ...system import paths
from ...system.environment import select_calling, select_running

DELIVERY_SECONDS = 10.0  # that each channel has
START_SECONDS = 10.0  # that the process may take beyond that


@dataclass(frozen=True)
class Channel:
    """A channel: the SHA-256 of its URL, and the service's name."""

    key: str
    name: str


@dataclass(frozen=True)
class Delivery:
    """What became of a notice on one channel; `fault` completes “ntfy: …”, and is None where the channel took it."""

    channel: Channel
    fault: str | None


def deliver(urls: str, title: str, body: str, seconds: float = DELIVERY_SECONDS) -> list[Delivery]:
    """Send a notice by each channel of `urls`, and return what became of it within some `seconds`.

    Nothing is returned where no process can be started.
    """
    command = [sys.executable, "-W", "ignore", "-m", "twin.owner.notices.delivery_process"]
    order = {"urls": urls, "title": title, "body": body, "seconds": seconds}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(order),  # not as an argument, since other users see those
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # apprise's own lines may hold a URL
            cwd=paths.ROOT,
            env=select_running() | select_calling() | {"PYTHONSAFEPATH": ""},
            timeout=seconds + START_SECONDS,
            text=True,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [Delivery(Channel(each["channel"], each["name"]), each["fault"]) for each in json.loads(done.stdout)]
