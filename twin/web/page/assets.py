"""The page's files, in memory, under a version that changes with them."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ...errors import NotFound
from ...settings import LANGUAGES
from . import colours
from .bundle import Loan, bundle, list_modules
from .languages import load_language

STATIC = Path(__file__).parent / "static"
PAGE, PAGE_ENTRY = "page.js", "chat.js"  # the script of a visit, and the module that it begins with
DESK = "desk.js"  # the script that joins a visitor to the owner, loaded by the page once it is needed
STYLES = ("style.css", "conversation.css", "answer.css", "dialogs.css")  # sent as one
SPARE = re.compile(rb"^ +|/\*.*?\*/\n?", re.MULTILINE | re.DOTALL)  # indentation and comments of a style
LIBRARIES = frozenset({"marked.esm.js", "purify.min.js"})

# The system's own list may have other names.
MEDIA = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class Asset:
    """One file; `media` is its type."""

    media: str
    plain: bytes

    def extend(self, text: str) -> Asset:
        """Return the file with more text at its end."""
        return Asset(self.media, self.plain + text.encode())


class Assets:
    """All files of `static/`, and what is made of them; browsers may keep them for good, under their version.

    colours.py counts too, because what it writes is sent with the style.
    """

    def __init__(self) -> None:
        """Read them."""
        self._assets = {path.name: Asset(MEDIA[path.suffix], path.read_bytes()) for path in sorted(STATIC.iterdir())}
        for tag in LANGUAGES:
            self._assets[f"desk-{tag}.json"] = Asset(MEDIA[".json"], load_language(tag).desk.encode())
        sources = [*(asset.plain for asset in self._assets.values()), Path(colours.__file__).read_bytes()]
        self.version = sha256(b"".join(sources)).hexdigest()[:12]
        modules = {name: asset.plain.decode() for name, asset in self._assets.items() if name.endswith(".js")}
        shared = {*list_modules(PAGE_ENTRY, modules, LIBRARIES)} & {*list_modules(DESK, modules, LIBRARIES)}
        loan = Loan(PAGE, frozenset(shared))
        self._assets[PAGE] = Asset(MEDIA[".js"], bundle(PAGE_ENTRY, modules, LIBRARIES, lends=loan).encode())
        self._assets[DESK] = Asset(MEDIA[".js"], bundle(DESK, modules, LIBRARIES, borrows=loan).encode())
        self.style = Asset(MEDIA[".css"], SPARE.sub(b"", b"".join(self._assets[name].plain for name in STYLES)))

    def find(self, name: str) -> Asset:
        """Return the file of that name; raises NotFound where there is none."""
        try:
            return self._assets[name]
        except KeyError:
            raise NotFound from None


@lru_cache(maxsize=64)  # the parts of a page, and the page in each language
def compress(data: bytes) -> bytes:
    """Return `data`, compressed by gzip."""
    return gzip.compress(data, mtime=0)
