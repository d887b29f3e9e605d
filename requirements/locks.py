"""Write the locks, which pin with hashes all that is installed; `--check` says which ones are behind their inputs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# One version of each package for all Pythons from 3.11 on and all machines.
COMPILE = ["uv", "pip", "compile", "--no-config", "--universal", "--python-version", "3.11"]
COMPILE += ["--fork-strategy", "fewest", "--generate-hashes", "--no-header", "--quiet"]


@dataclass(frozen=True)
class Lock:
    """A lock, the files that it pins, and the locks whose versions it keeps to."""

    path: str
    inputs: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def header(self) -> str:
        """Return its first lines, with a digest of the files that it follows from."""
        digest = sha256()
        for path in (*self.inputs, *self.constraints):
            digest.update((ROOT / path).read_bytes())
        names = ", ".join(self.inputs)
        return f"# Made by `make locks` from {names}: change these.\n# Their SHA-256: {digest.hexdigest()}\n"

    def write(self) -> None:
        """Find versions and hashes; those that the lock has already stay where they still may."""
        command = [*COMPILE, *self.options, "--output-file", self.path]
        for constraint in self.constraints:
            command += ["--constraints", constraint]
        subprocess.run([*command, *self.inputs], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        path = ROOT / self.path
        path.write_text(self.header() + path.read_text(encoding="utf-8"), encoding="utf-8")

    def is_behind(self) -> bool:
        """Say whether it is missing, or was made from other files than there are now."""
        path = ROOT / self.path
        return not path.exists() or not path.read_text(encoding="utf-8").startswith(self.header())


SERVICE, DEV = "requirements/service.lock", "requirements/dev.lock"
EXTRAS = ("requirements/embeddings.txt", "requirements/postgres.txt", "requirements/redis.txt")
CLIENTS = ("langchain", "llm", "mcp", "mcp1", "openai")
LOCKS = [  # each after those that it keeps to
    Lock(SERVICE, ("requirements.txt", *EXTRAS)),
    Lock(DEV, ("requirements/dev.txt",), (SERVICE,)),
    Lock("requirements/bench.lock", ("requirements/bench.txt",), (SERVICE, DEV)),
    # Each client has an environment of its own, as with its users.
    *(Lock(f"requirements/clients/{name}.lock", (f"requirements/clients/{name}.txt",)) for name in CLIENTS),
    Lock("requirements/embedded.lock", ("requirements/embedded.txt",), options=("--no-deps",)),
]


def main() -> None:
    """Write all locks, or with `--check` exit with a line that names those that are behind."""
    if "--check" not in sys.argv:
        for lock in LOCKS:
            lock.write()
    elif behind := [lock.path for lock in LOCKS if lock.is_behind()]:
        sys.exit(f"{', '.join(behind)}: what they are made from has changed. Run `make locks`.")


if __name__ == "__main__":
    main()
