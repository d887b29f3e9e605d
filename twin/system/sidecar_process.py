"""The process of a sidecar: tell the service the address of its server, and end with the service.

Two files in instance/ keep one sidecar of each name to one service, whatever is killed. Every process of the service
holds the `.lock` file shared; the sidecar waits for it exclusively, gets it when the last of them is gone, and ends.
The sidecar holds the `.server` file (its claim) exclusively, from before it is started until it ends, and writes its
address there. The service's side is in sidecar.py. This module imports little beside Python's own, since a sidecar
keeps in memory whatever it imports.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from pathlib import Path
from typing import IO

from .address import Address


def end_with_service(instance: Path, name: str) -> None:
    """End this process when the last process of the service has ended."""
    presence = (instance / f"{name}.lock").open("a")
    # Not start_thread: there is no visitor to tell, and the system's own error says more in the log.
    threading.Thread(target=_end_when_alone, args=[presence], daemon=True).start()


def announce_loaded(claim: int) -> None:
    """Tell the service that library and weights are there, so that only time stands before the address."""
    os.write(claim, b" ")  # which may stand before the address's JSON


def publish_address(claim: int, address: Address) -> None:
    """Tell the service where this process listens."""
    os.write(claim, json.dumps({"base_url": address.base_url, "api_key": address.api_key}).encode())


def _end_when_alone(presence: IO[str]) -> None:
    fcntl.flock(presence, fcntl.LOCK_EX)
    os._exit(0)
