"""Measure the time and memory that 5,000 indexed passages add to the start of the service and to its workers.

`.venv/bin/python benchmarks/startup.py`. The service runs under gunicorn in a copy of this project, without a
model; passages and vectors are made up, which makes no difference to the measurement.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin.knowledge.search import Index
from twin.llm.embeddings import EMBEDDED_VECTOR_MODEL
from twin.prompt import Briefings
from twin.settings import Settings
from twin.system.paths import ROOT

PORT = "8765"
FILES, SECTIONS = 50, 100
ROUNDS = 3
PATIENCE = 60.0


def write_documents(folder: Path) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(8_000)]
    folder.mkdir(parents=True, exist_ok=True)
    for file in range(FILES):
        sections = (f"## Part {file} {part}\n\n{' '.join(chance.choices(words, k=30))}." for part in range(SECTIONS))
        (folder / f"{file}.md").write_text(f"# File {file}\n\n" + "\n\n".join(sections))


def write_index(root: Path) -> int:
    """Index the documents, and return the number of passages."""
    briefings = Briefings(Settings(openai_api_key="sk-unused"), root)
    passages = briefings.read().library.passages
    briefings.search.count_missing()  # waits until the index has them
    index = Index(root / "instance" / "knowledge.index")
    vectors = np.random.default_rng(1).normal(size=(1_000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    while missing := index.list_without_vector(EMBEDDED_VECTOR_MODEL, 1_000):
        index.write_vectors(EMBEDDED_VECTOR_MODEL, [(each.id, vectors[each.id % 1_000].tobytes()) for each in missing])
    index.close()
    return len(passages)


@contextmanager
def running(root: Path, settings: Mapping[str, str]) -> Iterator[int]:
    with (root / "log").open("w") as log:
        command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
        service = subprocess.Popen(command, cwd=root, env=os.environ | settings, stdout=log, stderr=log)
    try:
        yield service.pid
    finally:
        service.terminate()
        service.wait()


def wait_until_ready() -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        with suppress(httpx2.HTTPError):
            if httpx2.get(f"http://127.0.0.1:{PORT}/ready", timeout=5).status_code == 200:
                return
        time.sleep(0.02)
    raise SystemExit("The service does not get ready.")


def ask(times: int) -> None:
    for number in range(times):
        with suppress(httpx2.HTTPError):  # there is no model
            httpx2.post(f"http://127.0.0.1:{PORT}/chat", json={"message": f"What is part {number}?"}, timeout=30)


def list_memory(parent: int) -> list[int]:
    """Return the resident memory of a process's children, in MB."""
    found = []
    for path in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            status = dict(line.split(":", 1) for line in path.read_text().splitlines())
            if int(status["PPid"]) == parent:
                found.append(int(status["VmRSS"].split()[0]) // 1024)
    return found


def measure(root: Path, name: str, workers: int) -> None:
    settings = {"OPENAI_API_KEY": "sk-unused", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "RATE_LIMITS": "off"}
    began = time.perf_counter()
    with running(root, settings | {"PORT": PORT, "WEB_CONCURRENCY": str(workers)}) as pid:
        wait_until_ready()
        took = time.perf_counter() - began
        ask(8 * workers)
        print(
            f"{name:28} {workers} workers: ready after {took:4.1f} s, MB resident each {list_memory(pid)}", flush=True
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "twin"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".venv", ".git", "instance", "tests"))
        (root / "instance").mkdir()
        for _ in range(ROUNDS):
            measure(root, "without documents", 1)
        write_documents(root / "instance" / "knowledge")
        count = write_index(root)
        for workers in [1] * ROUNDS + [4]:
            measure(root, f"with {count} passages", workers)


if __name__ == "__main__":
    main()
