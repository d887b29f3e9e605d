"""Archives of which a part is damaged, and those that look like LinkedIn's by the names of their files alone."""

from __future__ import annotations

import pytest

from twin.knowledge.documents.readers import read_document

from ...support.documents import zipped

BEES = b"I keep bees in the valley and sell their honey at the market. " * 20
RUINED, LOCKED, FOREIGN = "it is damaged", "it is encrypted", "it is packed in a way that is not read"
CONNECTIONS = b'Notes:\n"When you export"\n\nFirst Name,Last Name,URL,Connected On\nOlga,Przyjaciel,,1 Jan 2020\n'


def spoil(reason: str) -> bytes:
    """Return an archive of two files, of which the first cannot be unpacked."""
    data = bytearray(zipped({"a.md": BEES, "b.md": b"Wasps, too."}))
    entry = data.find(b"PK\x01\x02")  # of the directory (APPNOTE 6.3.10, 4.3.12)
    if reason == LOCKED:
        data[entry + 8] |= 1
    elif reason == FOREIGN:
        data[entry + 10] = 99
    else:
        data[50] ^= 0x5A
    return bytes(data)


@pytest.mark.parametrize("reason", [RUINED, LOCKED, FOREIGN])
def test_reads_the_other_files_of_an_archive_where_one_is_broken(reason: str) -> None:
    for data, name in ((spoil(reason), "b.md"), (zipped({"in.zip": spoil(reason)}), "b.md")):
        found = read_document(".zip", data)
        assert found.text == "# b\n\nWasps, too."
        assert found.parts == (name,)
        assert found.lost == (f"not read ({reason}): a.md",)


def test_reads_the_other_files_where_an_archive_within_is_none() -> None:
    found = read_document(".zip", zipped({"a.zip": b"PK", "b.zip": zipped({}), "c.md": b"Wasps"}))
    assert found.lost == ("not read (it is no .zip): a.zip", "not read (it is an empty archive): b.zip")


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ({"comments.csv": b"Book,My thoughts\nUlysses,long\n", "a.md": b"Ants"}, ("a.md", "comments.csv")),
        ({"contacts.csv": b"Office,Opening\nBrno,9 to 5\n", "a.md": b"Ants"}, ("a.md", "contacts.csv")),
        ({"skills.csv": b"Tool,Level\nAdze,4\n", "courses.csv": b"Year\n2020\n"}, ("courses.csv", "skills.csv")),
        ({"Connections.csv": CONNECTIONS, "Skills.csv": b"Name\nWeaving\n"}, ("Skills.csv",)),
        ({"Comments.csv": b"Date,Link,Message\n2020,,no\n", "Courses.csv": b"Name\nKnots\n"}, ("Courses.csv",)),
    ],
)  # fmt: skip
def test_knows_an_export_of_linkedin_by_its_columns(files: dict[str, bytes], parts: tuple[str, ...]) -> None:
    assert read_document(".zip", zipped(files)).parts == parts
