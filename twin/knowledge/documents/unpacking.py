"""Open a ZIP archive, which many formats are, without unpacking more than there is room for."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from .extraction import Unreadable

MAX_UNPACKED = 100_000_000  # bytes; the text of a long book has ten million
MAX_PARTS = 10_000
ENCRYPTED = 0x1  # APPNOTE 6.3.10, 4.4.4: bit 0 of the general purpose flags


def open_archive(
    data: bytes, format_name: str, only: tuple[str, ...] = ("",), *, allows_encrypted: bool = False
) -> ZipFile:
    """Return an archive whose parts with one of these endings unpack to at most MAX_UNPACKED.

    Raises Unreadable otherwise. A part that declares less than it holds is cut off there by zipfile, with BadZipFile.
    """
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, EOFError) as error:
        raise Unreadable(f"it is no {format_name}") from error
    parts = archive.infolist()
    if not parts:
        raise Unreadable("it is an empty archive")
    if len(parts) > MAX_PARTS:
        raise Unreadable(f"it holds more than {MAX_PARTS:,} files")
    if sum(part.file_size for part in parts if part.filename.endswith(only)) > MAX_UNPACKED:
        raise Unreadable(f"it unpacks to more than {MAX_UNPACKED // 10**6} MB")
    if not allows_encrypted and any(part.flag_bits & ENCRYPTED for part in parts):
        raise Unreadable("it is encrypted")
    return archive
