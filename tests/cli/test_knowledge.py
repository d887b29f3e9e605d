"""`flask twin knowledge`: each file, how much of it is sent, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

from ..support.commands import Run


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
    assert [line.split()[2] for line in lines[:5]] == [
        "cv.md",
        "faq.jsonl",
        "long.txt",
        "notes/secret.txt",
        "photo.png",
    ]
    assert lines.pop() == "Of these, about 300 tokens are sent: what is close to the question."
    assert lines[0].split() == ["6", "0", "cv.md", "(1", "passages)"]
    assert lines[1].endswith("(no object with question and answer is in line 2; the others are used; 1 passages)")
    assert lines[3].endswith("(private; 1 passages)")
    assert "it is of a kind that is not read" in lines[4]
    files = json.loads(run("knowledge", "--json").stdout)["files"]
    assert files[2]["sent"] == files[2]["tokens"] == 1_250
    assert {**files[0], "note": ""} == {"name": "cv.md", "tokens": 6, "sent": 6, "note": ""}


def test_says_what_was_not_read_and_prints_what_is_sent_of_a_file(run: Run, root: Path) -> None:
    folder = root / "instance" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "draft.md").write_text("---\ndraft: true\n---\nNot yet.")
    (folder / "odd.md").write_text("private: perhaps\n\nThe key is under the pot.")
    (folder / "old.txt").write_bytes("Café in Zürich".encode("latin-1"))
    with ZipFile(folder / "export.zip", "w") as archive:
        archive.writestr("Skills.csv", "Name\nWelding")
        archive.writestr("Positions.csv", "Company Name,Title\nNorthwind,Welder")
        archive.writestr("messages.csv", "FROM,CONTENT\nBea,Hello")
    notes = {row["name"]: row["note"] for row in json.loads(run("knowledge", "--json").stdout)["files"]}
    assert notes == {
        "draft.md": "it is a draft, which is left out",
        "export.zip": "not read (private, or about others): messages.csv; read: Positions.csv, Skills.csv",
        "odd.md": "private; it begins with “private: perhaps”, but not in front matter; it is taken as private",
        "old.txt": "its encoding was guessed to be Windows-1252: if letters look wrong, save it as UTF-8",
    }
    assert run("knowledge", "export.zip").stdout == (
        '<document name="export.zip">\n# Positions\n\nCompany Name: Northwind | Title: Welder\n\n'
        "# Skills\n\nName\nWelding\n</document>\n"
    )
    end = run("knowledge", "draft.md")
    assert (end.returncode, end.stderr) == (2, "twin: draft.md: it is a draft, which is left out.\n")


def test_says_where_there_is_nothing(run: Run) -> None:
    assert "There is nothing in instance/knowledge/" in run("knowledge").stdout
    assert json.loads(run("knowledge", "--json").stdout) == {"files": []}


def test_waits_until_all_passages_have_their_vectors(run: Run, root: Path) -> None:
    folder = root / "instance" / "knowledge"
    folder.mkdir(parents=True)
    for number in range(5):
        (folder / f"{number}.md").write_text(f"My house number {number} is by the sea.")
    end = run("knowledge", "--index", "--json")
    assert (end.returncode, len(json.loads(end.stdout)["files"])) == (0, 5)
    assert "passages have their vectors." in end.stderr
    check = run("check", "--json")
    (found,) = (each for each in json.loads(check.stdout)["checks"] if each["check"] == "knowledge")
    assert "found by words and vectors (multilingual-e5-small)." in found["message"]
