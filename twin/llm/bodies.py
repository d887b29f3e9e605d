"""Bodies of responses: bounded, and unpacked where a server compresses although it was asked not to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from itertools import chain

import httpx2

from ..system.fairness import Fairness
from .transport import mapped_faults

MAX_BODY_BYTES = 16 * 1024 * 1024  # more than a million tokens of output
MAX_ERROR_BYTES = 256 * 1024
UNPACKED_BYTES = 65_536  # at once
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32  # either header, found by zlib itself


class Body(httpx2.SyncByteStream):
    """The body of a response, unpacked; that of an error is clipped, so that the status counts whatever it holds."""

    def __init__(
        self, packed: Iterable[bytes], close: Callable[[], None], fairness: Fairness, *, is_error: bool
    ) -> None:
        self._packed = packed
        self._close = close
        self._fairness = fairness
        self._is_error = is_error

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces; raises ReadError for more than MAX_BODY_BYTES, and DecodingError for a broken gzip."""
        max_bytes = MAX_ERROR_BYTES if self._is_error else MAX_BODY_BYTES
        with suppress(httpx2.RequestError) if self._is_error else nullcontext(), mapped_faults():
            yield from self._bound(unpack(self._bound(self._packed, max_bytes)), max_bytes)

    def _bound(self, pieces: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > max_bytes:  # before the body fills the memory
                raise httpx2.ReadError(f"more than {max_bytes} bytes")
            self._fairness.give_turn()
            yield piece

    def close(self) -> None:
        """Free the connection for the next request; close the connection where the body was not read to its end."""
        self._close()


def unpack(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of gzip (RFC 1952) or zlib (RFC 1950), by its first two bytes; other bodies as they are.

    Raises DecodingError for data that is broken or cut short.
    """
    pieces = iter(pieces)
    start = b""
    for piece in pieces:
        start += piece
        if len(start) > 1:
            break
    if not _is_packed(start):
        yield start
        yield from pieces
        return
    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        for piece in chain([start], pieces):
            left = piece
            while left:
                if data := unpacker.decompress(left, UNPACKED_BYTES):
                    yield data
                left = unpacker.unconsumed_tail
                if unpacker.eof and (left := unpacker.unused_data):  # another member
                    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    except zlib.error as error:
        raise httpx2.DecodingError("the body's compression is broken") from error
    if not unpacker.eof:
        raise httpx2.DecodingError("the compressed body is cut short")


def _is_packed(start: bytes) -> bool:
    return start[:2] == b"\x1f\x8b" or (start[:1] == b"\x78" and len(start) > 1 and int.from_bytes(start[:2]) % 31 == 0)
