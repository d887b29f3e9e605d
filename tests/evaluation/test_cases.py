"""Files of cases: valid lines, faults and their messages, and added cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from twin.errors import StartError
from twin.evaluation import Case, read_cases

HOME = Case(question="Where do you live?", must=("Fife",))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "evals" / "own.jsonl"


def test_reads_lines_as_editors_of_all_systems_leave_them(tmp_path: Path) -> None:
    lines = [
        HOME.line,
        "",
        '{"question": " Who\u2028are you? ", "must": "Roger", "must_not": [], "source": null}',
        "  ",
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*lines, HOME.line]).encode())
    assert read_cases(tmp_path / "a.jsonl") == [HOME, Case(question="Who\u2028are you?", must=("Roger",))]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Who are you?", "it is no JSON object"),
        ('{"question": "Who?", "must": ["\\ud83d"]}', "it is no JSON object"),
        ("[" * 100_000, "it is no JSON object"),
        ("[1]", "object"),
        ("{}", "question: Field required"),
        ('{"question": " ", "must": ["x"]}', "question: "),
        (json.dumps({"question": "x" * 20_001, "must": "x"}), "question: "),
        ('{"question": "Who?"}', "any answer would do"),
        ('{"question": "Who?", "must": []}', "any answer would do"),
        ('{"question": "Who?", "must": ["x"], "mustnot": ["y"]}', "mustnot: there is no such field"),
        ('{"question": "Who?", "must_not": [" "]}', "must_not: "),
        ('{"question": "Who?", "must": [1]}', "must: "),
        ('{"question": "Who?", "must": {"x": 1}}', "must: "),
        ('{"question": "Who?", "must_not": ["/(/"]}', "must_not: /(/ is no regular expression"),
        ('{"question": "Who?", "must": "/a{9999999999}/"}', "must: /a{9999999999}/ is no regular expression"),
        ('{"question": "Who?", "source": ["cv.md"]}', "source: "),
    ],
)
def test_names_the_line_that_is_wrong(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{HOME.line}\n\n{line}\n")
    with pytest.raises(StartError) as error:
        read_cases(tmp_path / "a.jsonl")
    assert str(error.value).startswith(f"{tmp_path / 'a.jsonl'}, line 3: {words}"[:40])
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n \n", HOME.line.encode("utf-16"), b"\xff", None])
def test_names_a_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.jsonl" if content is not None else tmp_path
    if content is not None:
        path.write_bytes(content)
    for wrong in (path, path / "nothing"):
        with pytest.raises(StartError, match=r"it cannot be read|not UTF-8|no questions") as error:
            read_cases(wrong)
        assert str(error.value).startswith(f"{wrong}: ")


def test_another_expectation_makes_another_case() -> None:
    cases = [HOME, HOME.model_copy(update={"must": ("Leith",)}), HOME.model_copy(update={"source": "cv.md"})]
    assert len({case.key for case in cases}) == 3
    assert Case(question=" Where do you live? ", must=("Fife",), must_not=()).key == HOME.key
