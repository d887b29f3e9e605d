"""The texts of the files in a ZIP archive: LinkedIn's export, Notion's, or any other."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from ..extraction import KINDS, Extraction, Fields, Unreadable
from ..unpacking import ENCRYPTED, MAX_UNPACKED, open_archive
from . import linkedin, notion

MAX_LEVELS = 2  # of archives in archives: Notion has one
MAX_NAMED = 12  # files in a sentence about what was not read
MAX_HEAD = 5000  # bytes of a table in which its columns are named
DAMAGES = (BadZipFile, EOFError, OSError, zlib.error, lzma.LZMAError)

Read = Callable[[str, bytes], Extraction]  # of a kind such as `.md`


def archive_to_text(data: bytes, read: Read) -> Extraction:
    """Return the texts of an archive's files, read with `read`, each under its name. Raises Unreadable."""
    reader = _ArchiveReader(read)
    reader.add(data)
    if not reader.texts:
        raise Unreadable("; ".join(["none of its files holds text that is read", *reader.tell_lost()]))
    fields = Fields(reader.title, is_citable=reader.is_citable, fault="; ".join(reader.faults))
    return Extraction("\n\n".join(reader.texts), reader.tell_lost(), fields, tuple(reader.parts))


class _ArchiveReader:
    """Reads archives in archives, within one limit for all of them."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._room = MAX_UNPACKED
        self.title: str | None = None
        self.is_citable = True
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.faults: list[str] = []
        self._unread: dict[str, list[str]] = {}  # by the reason

    def add(self, data: bytes, level: int = 1) -> None:
        """Read the files of an archive."""
        archive = open_archive(data, ".zip", KINDS, allows_encrypted=True)
        files = [file for file in archive.infolist() if not file.is_dir() and not _is_hidden(file.filename)]
        names = [file.filename for file in files]
        tables = [
            (file.filename, _read_head(archive, file)) for file in files if file.filename.lower().endswith(".csv")
        ]
        is_linkedin, is_notion = linkedin.is_export(tables), notion.is_export(names)
        if is_linkedin or is_notion:
            self.title = "LinkedIn" if is_linkedin else "Notion"
        for file in sorted(files, key=lambda file: linkedin.rank(file.filename) if is_linkedin else (0, file.filename)):
            name = notion.clean_name(file.filename) if is_notion else file.filename
            if is_linkedin and not linkedin.describes_owner(file.filename):
                self._leave_out("private, or about others", name)
            elif not (is_notion and notion.is_partial(file.filename, {*names})):
                self._add_file(archive, file, name, level, is_linkedin=is_linkedin, is_notion=is_notion)

    def tell_lost(self) -> tuple[str, ...]:
        """Return a sentence for each reason why files were not read."""
        return tuple(f"not read ({reason}): {_enumerate(names)}" for reason, names in self._unread.items())

    def _add_file(
        self, archive: ZipFile, file: ZipInfo, name: str, level: int, *, is_linkedin: bool, is_notion: bool
    ) -> None:
        kind = PurePosixPath(name).suffix.lower()
        is_table = is_linkedin and kind == ".csv"
        self._room -= file.file_size if kind in KINDS else 0
        if kind not in KINDS:
            self._leave_out("of another kind", name)
            return
        if self._room < 0:
            raise Unreadable(f"it unpacks to more than {MAX_UNPACKED // 10**6} MB")
        try:
            data = _unpack(archive, file)
            if kind != ".zip":
                data = linkedin.drop_hidden(data.decode("utf-8", "replace")).encode() if is_table else data
                self._add_text(self._read(kind, data), name, is_notion=is_notion)
            elif level < MAX_LEVELS:
                self.add(data, level + 1)
            else:
                raise Unreadable("an archive in archives")
        except Unreadable as reason:
            if self._room < 0:
                raise
            self._leave_out(str(reason), name)

    def _add_text(self, found: Extraction, name: str, *, is_notion: bool) -> None:
        if found.fields.is_draft:
            self._leave_out("a draft", name)
            return
        text = notion.clean_text(found.text) if is_notion else found.text
        title = found.fields.title or PurePosixPath(name).stem.removesuffix("_all")
        if not text.startswith(f"# {title}\n"):
            text = f"# {title}\n\n{text}"
        self.texts.append(f"[private]\n{text}\n[/private]" if found.fields.is_private else text)
        self.parts.append(name)
        self._obey(found.fields, name)
        for reason in found.lost:
            self._leave_out(reason, name)
        self.faults += [f"{name}: {found.fields.fault}"] if found.fields.fault else []

    def _obey(self, fields: Fields, name: str) -> None:
        """Take over what a file's fields say of it, as far as an archive, which is one document, can do so."""
        self.is_citable &= fields.is_citable
        if not fields.is_citable:
            self.faults.append(f"{name}: nothing of the archive is shown as a source, as this file says of itself")
        if fields.is_pinned:
            self.faults.append(f"{name}: “pin” holds for no part of an archive: put the file beside it")

    def _leave_out(self, reason: str, name: str) -> None:
        self._unread.setdefault(reason, []).append(name)


def _unpack(archive: ZipFile, file: ZipInfo, size: int = -1) -> bytes:
    """Return the first `size` bytes of a file, or all. Raises Unreadable where it is damaged, or packed otherwise."""
    if file.flag_bits & ENCRYPTED:
        raise Unreadable("it is encrypted")
    try:
        with archive.open(file) as opened:
            return opened.read(size)
    except DAMAGES as error:
        raise Unreadable("it is damaged") from error
    except NotImplementedError as error:
        raise Unreadable("it is packed in a way that is not read") from error


def _read_head(archive: ZipFile, file: ZipInfo) -> str:
    """Return the start of a table, or "" where it cannot be read."""
    with suppress(Unreadable):
        return _unpack(archive, file, MAX_HEAD).decode("utf-8", "replace")
    return ""


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX", "~$")) for part in PurePosixPath(name).parts)


def _enumerate(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
