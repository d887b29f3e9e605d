"""`flask twin knowledge`: each file, how much of it is sent, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run


def test_lists_every_file(run: Run, root: Path) -> None:
    folder = root / "instance" / "knowledge"
    (folder / "notes").mkdir(parents=True)
    (folder / "cv.md").write_text("I worked at Northwind.")
    (folder / "notes" / "secret.txt").write_text("---\nprivate: yes\n---\nThe key is under the pot.")
    (folder / "faq.jsonl").write_text('{"question": "Who?", "answer": "Roger."}\n{}\n')
    (folder / "photo.png").write_bytes(b"")
    (folder / "long.txt").write_text("word\n" * 1_000)
    end = run("knowledge", KNOWLEDGE_TOKENS="300")
    assert (end.returncode, end.stderr) == (0, "")
    head, *lines = end.stdout.splitlines()
    assert head.split() == ["tokens", "sent", "file"]
    assert [line.split()[2] for line in lines] == ["cv.md", "faq.jsonl", "long.txt", "notes/secret.txt", "photo.png"]
    assert lines[0].split() == ["6", "6", "cv.md"]
    assert lines[1].endswith("(no object with question and answer is in line 2; the others are used)")
    assert lines[2].endswith("(KNOWLEDGE_TOKENS or MODEL_CONTEXT leave no room for more)")
    assert lines[3].endswith("(private)")
    assert "it is of a kind that is not read" in lines[4]
    files = json.loads(run("knowledge", "--json", KNOWLEDGE_TOKENS="300").stdout)["files"]
    assert 0 < files[2]["sent"] < files[2]["tokens"] == 1_250
    assert {**files[0], "note": ""} == {"name": "cv.md", "tokens": 6, "sent": 6, "note": ""}


def test_says_where_there_is_nothing(run: Run) -> None:
    assert "There is nothing in instance/knowledge/" in run("knowledge").stdout
    assert json.loads(run("knowledge", "--json").stdout) == {"files": []}
