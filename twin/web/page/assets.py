"""The page's files, in memory, under a version that changes with them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ...errors import NotFound
from . import colours

STATIC = Path(__file__).parent / "static"

# The system's own list may have other names.
MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}


@dataclass(frozen=True)
class Asset:
    """One file; `media` is its type."""

    media: str
    plain: bytes

    def compress(self) -> bytes:
        """Return the file's bytes, compressed by gzip."""
        return _compress(self.plain)

    def extend(self, text: str) -> Asset:
        """Return the file with more text at its end."""
        return Asset(self.media, self.plain + text.encode())


class Assets:
    """All files of `static/`; browsers may keep them for good, because their version is in their address.

    colours.py counts too, because what it writes is sent with the style.
    """

    def __init__(self) -> None:
        """Read them."""
        self._assets = {path.name: Asset(MEDIA[path.suffix], path.read_bytes()) for path in sorted(STATIC.iterdir())}
        sources = [*(asset.plain for asset in self._assets.values()), Path(colours.__file__).read_bytes()]
        self.version = sha256(b"".join(sources)).hexdigest()[:12]

    def find(self, name: str) -> Asset:
        """Return the file of that name; raises NotFound where there is none."""
        try:
            return self._assets[name]
        except KeyError:
            raise NotFound from None


@lru_cache(maxsize=64)
def _compress(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
