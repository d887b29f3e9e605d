"""Files that unpack, nest or repeat without end are read, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from twin.knowledge.documents.extraction import Unreadable
from twin.knowledge.documents.plain.front_matter import read_front_matter
from twin.knowledge.documents.readers import read_document

from ...support.documents import zipped

FILES = Path(__file__).parent / "files"
LAUGHS = '<!DOCTYPE a [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
LAUGHS += "]>"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ALIASES = "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(9))


def nest_archives(levels: int) -> bytes:
    data = zipped({"deepest.txt": b"deepest"})
    for level in range(levels):
        data = zipped({"inner.zip": data, f"{level}.txt": b"level %d" % level})
    return data


def change_part(file: str, part: str, old: bytes, new: bytes) -> bytes:
    with ZipFile(FILES / file) as archive:
        return zipped(
            {
                name: archive.read(name).replace(old, new) if name == part else archive.read(name)
                for name in archive.namelist()
            }
        )


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (".zip", lambda: zipped({"a.txt": bytes(101_000_000)}), "it unpacks to more than 100 MB"),
        (".zip", lambda: zipped(dict.fromkeys(map(str, range(10_001)), b"")), "it holds more than 10,000 files"),
        (".docx", f"<w:document {WORD}><w:body>{'<w:tbl><w:tr><w:tc>' * 3000}", "it is broken (ParseError)"),
        (
            ".docx",
            f"<w:document {WORD}><w:body>{'<w:sdt>' * 3000}{'</w:sdt>' * 3000}</w:body></w:document>",
            "it is nested too deeply",
        ),
        (".docx", f"{LAUGHS}<w:document {WORD}>&j;</w:document>", "it is broken (it has a document type)"),
        (
            ".xlsx",
            change_part("orchard-excel.xlsx", "xl/sharedStrings.xml", b"?><sst", f"?>{LAUGHS}<sst".encode()).replace(
                b"Feld", b"&j;"
            ),
            None,
        ),
        (
            ".odt",
            change_part(
                "kayak-pandoc.odt",
                "content.xml",
                b"<text:h",
                b"<text:list>" * 3000 + b"</text:list>" * 3000 + b"<text:h",
            ),
            "it is nested too deeply",
        ),
        (".yaml", f"a: &a [{'x' * 5000}]\n{ALIASES}", "its text is larger than 20 MB"),
        (".yaml", "a: &a [*a]", None),
        (".yaml", "[" * 100_000, None),
        (".ipynb", '{"cells":' + "[" * 100_000, "it is nested too deeply"),
        (
            ".csv",
            ",".join(f"column {'x' * n}" for n in range(50)) + "\n" + ("1," * 50 + "\n") * 15000,
            "its text is larger than 20 MB",
        ),
    ],
    ids=range(12),
)
def test_ends_a_bomb_with_a_reason(kind: str, data: bytes | str | Callable[[], bytes], reason: str | None) -> None:
    data = data() if callable(data) else data
    if isinstance(data, str):
        data = zipped({"word/document.xml": data.encode()}) if kind == ".docx" else data.encode()
    with pytest.raises(Unreadable) as error:
        read_document(kind, data)
    assert reason is None or str(error.value) == reason


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (
            ".csv",
            (",".join(f"name{'x' * (n % 7)} of {n}" for n in range(10_000)) + "\n" + "a," * 10_000).encode(),
            "name of 9996: a",
        ),
        (".html", b"<table><tr><td>" * 10_000 + b"deep", "deep"),
        (".rtf", b"{\\rtf1 " + b"{" * 100_000 + b"deep", "deep"),
        (".zip", nest_archives(4), "level 3"),
        (".md", b"<!--" * 50_000 + b"-->\nseen", "seen"),
        (".md", b"x " + b"<!-- " * 100_000 + b"seen", "seen"),
        (".md", b"".join(b"`" * n + b" " for n in range(1, 1000)) + b"seen", "seen"),
        (".md", b"> [!" + b"a" * 50_000 + b"\nseen", "seen"),
        (".md", b"a | b\n" + b" " * 20_000 + b"-x\nseen", "seen"),
        (".md", b"`` ` ``` " * 20_000 + b"seen", "seen"),
        (".md", b"seen\n" + b"[[" * 50_000 + b">" * 50_000 + b"|" * 50_000, "seen"),
    ],
    ids=range(11),
)
def test_reads_what_is_odd_but_small(kind: str, data: bytes, words: str) -> None:
    assert words in read_document(kind, data).text


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        (".org", b"* A\nx\n* B :work:noexport:\n** C\ny\n* TODO COMMENT D\ny\n* E\nz", "# A\nx\n# E\nz"),
        (".html", b"<p>a<p style='visibility: hidden'>b</p><p>c", "a\n\nc"),
    ],
)
def test_leaves_out_what_its_author_hid(kind: str, data: bytes, text: str) -> None:
    assert read_document(kind, data).text == text


def test_leaves_out_hidden_shapes_of_a_slide() -> None:
    part, mark = "ppt/slides/slide1.xml", b"<p:cNvPr "
    hidden = read_document(".pptx", change_part("cheese-powerpoint.pptx", part, mark, mark + b'hidden="1" '))
    shown = read_document(".pptx", (FILES / "cheese-powerpoint.pptx").read_bytes())
    assert len(hidden.text) < len(shown.text)


@pytest.mark.parametrize("fields", [f"a: &a [x]\n{ALIASES}", f"title: {'[' * 15_000}"], ids=["aliases", "brackets"])
def test_front_matter_that_would_take_for_ever_is_not_understood(fields: str) -> None:
    found, text = read_front_matter(f"---\n{fields}\nprivate: yes\n---\nI sail.")
    assert found.is_private
    assert "not understood" in found.fault
    assert text.endswith("I sail.")
