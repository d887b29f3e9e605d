"""Files of JSON lines that the owner edits, while we add to them and the service reads them."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import StartError
from twin.knowledge.documents.plain.text import read_plain
from twin.knowledge.faq import read_entries
from twin.system.files import append_json_line

ENTRY = {"question": "Größe?", "answer": "1,80 m"}


def test_a_file_and_its_folder_are_made(tmp_path: Path) -> None:
    file = tmp_path / "knowledge" / "faq.jsonl"
    append_json_line(file, ENTRY)
    assert file.read_text() == '{"question": "Größe?", "answer": "1,80 m"}\n'
    assert [path.name for path in file.parent.iterdir()] == ["faq.jsonl"]


@given(
    before=st.text(st.characters(exclude_categories=["Cs"])), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
)
def test_what_stands_there_stays_byte_for_byte(before: str, encoding: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "faq.jsonl"
        data = before.removeprefix("\ufeff").replace("\0", "").encode(encoding)
        file.write_bytes(data)
        for number in range(2):
            append_json_line(file, ENTRY | {"number": number})
        assert file.read_bytes().startswith(data)
        *_, first, second = read_plain(file).splitlines()
        assert [json.loads(line)["number"] for line in (first, second)] == [0, 1]
        assert len(read_entries(read_plain(file))[0]) >= 2


def test_a_file_of_another_encoding_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "faq.jsonl"
    file.write_bytes("Größe".encode("latin-1"))
    with pytest.raises(StartError, match="not UTF-8"):
        append_json_line(file, ENTRY)
    assert file.read_bytes() == "Größe".encode("latin-1")


def test_links_are_followed_and_the_mode_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "mine.jsonl", tmp_path / "faq.jsonl"
    real.write_text("")
    real.chmod(0o640)
    link.symlink_to("real/mine.jsonl")
    append_json_line(link, ENTRY)
    assert link.is_symlink()
    assert json.loads(real.read_text()) == ENTRY
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_new_file_is_as_closed_as_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir()
    folder.chmod(0o750)
    append_json_line(folder / "evals.jsonl", ENTRY)
    assert (folder / "evals.jsonl").stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    for path in ("file/faq.jsonl", "file/folder/faq.jsonl", "pipe", ".", "loop"):
        with pytest.raises(StartError, match=str(tmp_path)):
            append_json_line(tmp_path / path, ENTRY)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "loop", "pipe"}


def test_many_who_add_at_once_lose_nothing_and_readers_see_whole_lines(tmp_path: Path) -> None:
    file = tmp_path / "faq.jsonl"
    file.write_text(json.dumps({"number": -1}))
    is_over = False

    def read() -> None:
        while not is_over:
            for line in file.read_text().splitlines():
                json.loads(line)

    with ThreadPoolExecutor() as readers:
        reader = readers.submit(read)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: append_json_line(file, {"number": number}), range(80)))
        is_over = True
        reader.result()
    numbers = [json.loads(line)["number"] for line in file.read_text().splitlines()]
    assert sorted(numbers) == list(range(-1, 80))
