"""What is read of Word's own markup."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from twin.knowledge.documents.word import word_to_text

CVS = sorted((Path(__file__).parent / "cvs").glob("word-*.docx"))


@pytest.mark.parametrize("path", CVS, ids=lambda path: str(path.stem))
def test_finds_each_word_of_a_cv_in_word(path: Path) -> None:
    words = Counter(re.findall(r"[^\s|:;,.()]+", path.with_suffix(".txt").read_text(encoding="utf-8")))
    read = Counter(re.findall(r"[^\s|:;,.()]+", word_to_text(path.read_bytes()).text))
    assert not words - read
