"""What npm brings: websites made with the frameworks that people use, from tests/web/page/websites, and Lighthouse."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from mimetypes import guess_type
from pathlib import Path

from .loopback import LoopbackServer

SOURCES = Path(__file__).parent.parent / "web" / "page" / "websites"
PLACEHOLDER = b"WIDGET"  # stands for the address of widget.js
MIN_NODE = 20, 9  # what Next.js needs


def find_reason_to_skip() -> str:
    """Return what is missing on this machine; empty if nothing is, or if it has to have everything."""
    if "CI" in os.environ:
        return ""
    if not shutil.which("npm"):
        return "npm is not installed"
    version = subprocess.check_output(["node", "--version"], text=True).strip().removeprefix("v")
    if tuple(map(int, version.split(".")[:2])) < MIN_NODE:
        return f"Next.js needs Node {'.'.join(map(str, MIN_NODE))}, and this is {version}"
    return ""


def install(cache: Path) -> Path:
    """Have npm install all of it in `cache`, 680 MB on the disk, and return the folder of its commands."""
    stamp, lock = cache / "installed", (SOURCES / "package-lock.json").read_bytes()
    if not is_current(stamp, [lock]):
        copy_sources(cache)
        run_npm(cache, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        stamp.write_text(digest([lock]))
    return cache / "node_modules" / ".bin"


def build_websites(cache: Path) -> Path:
    """Build the websites in `cache`, unless they are there, and return their folder."""
    install(cache)
    stamp, sources = cache / "built", [path.read_bytes() for path in sorted(SOURCES.rglob("*")) if path.is_file()]
    if not is_current(stamp, sources):
        copy_sources(cache)
        run_npm(cache, "run", "build")
        stamp.write_text(digest(sources))
    return cache / "dist"


def is_current(stamp: Path, contents: Iterable[bytes]) -> bool:
    return stamp.is_file() and stamp.read_text() == digest(contents)


def digest(contents: Iterable[bytes]) -> str:
    return sha256(b"".join(contents)).hexdigest()


def copy_sources(cache: Path) -> None:
    """Copy the sources beside what npm has installed, in place of what was built of older ones."""
    for entry in SOURCES.iterdir():
        if entry.is_dir():
            shutil.rmtree(cache / entry.name, ignore_errors=True)
    shutil.rmtree(cache / "dist", ignore_errors=True)
    shutil.copytree(SOURCES, cache, dirs_exist_ok=True)


def run_npm(folder: Path, *arguments: str) -> None:
    environment = os.environ | {"CI": "1", "NEXT_TELEMETRY_DISABLED": "1", "ASTRO_TELEMETRY_DISABLED": "1"}
    done = subprocess.run(
        ["npm", *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout


class Website(LoopbackServer):
    """Serve one of them on an origin of its own; `/one` is a file `one.html` where there is no other."""

    def __init__(self, folder: Path) -> None:
        self.widget = ""  # the address of widget.js
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = folder / self.path.partition("?")[0].strip("/")
                path = path if path.is_file() else path.with_name(f"{path.name}.html")
                if not path.resolve().is_relative_to(folder) or not path.is_file():
                    self.send_error(404)
                    return
                body = path.read_bytes().replace(PLACEHOLDER, website.widget.encode())
                self.send_response(200)
                self.send_header("Content-Type", guess_type(path.name)[0] or "application/octet-stream")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self) -> None:
                self.do_GET()  # whose body nobody reads

            def log_message(self, *args: object) -> None:
                pass

        super().__init__(Handler)
