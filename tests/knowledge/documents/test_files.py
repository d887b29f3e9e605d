"""What is read of files as people's programs write them, in the order in which a person would read it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from twin.knowledge.documents.extraction import KINDS, Extraction, Unreadable
from twin.knowledge.documents.readers import read_document

from ...support.documents import squeeze
from ...support.service import ROOT

HERE = Path(__file__).parent
FILES = HERE / "files"
ROWS = [json.loads(line) for line in (FILES / "expected.jsonl").read_text(encoding="utf-8").splitlines()]


def find_faults(row: dict[str, Any], found: Extraction) -> list[str]:
    text, lost = squeeze(found.text), " ".join(found.lost)
    faults = [
        f"lacks {words}" for words in [*row.get("must_hold", []), row.get("says", "")] if squeeze(words) not in text
    ]
    faults += [f"holds {words}" for words in row.get("must_not_hold", []) if squeeze(words) in text]
    faults += [f"doubles {words}" for words in row.get("once", []) if text.count(squeeze(words)) > 1]
    faults += [f"does not say that {words} is not read" for words in row.get("lost", []) if words not in lost]
    faults += [f"has no fault {words}" for words in row.get("fault", []) if words not in found.fields.fault]
    faults += [] if found.fields.is_citable != row.get("uncited", False) else ["is shown as a source, or is not"]
    ordered = ".*".join(re.escape(squeeze(words)) for words in row.get("order", []))
    faults += [] if re.search(ordered, text) else ["has another order"]
    faults += [] if found.fields.is_private == row.get("private", False) else ["has another owner's wish of privacy"]
    return faults + ([] if found.fields.is_draft == row.get("drafted", False) else ["is a draft, or is none"])


def test_reads_all_that_people_have() -> None:
    faults = {}
    for row in [row for row in ROWS if not row.get("refused")]:
        path = FILES / row["file"]
        if found := find_faults(row, read_document(path.suffix.lower(), path.read_bytes())):
            faults[row["file"]] = found
    assert not faults


@pytest.mark.parametrize(
    "name", [row["file"] for row in ROWS if row.get("refused") and not row["file"].endswith(("pages", "doc"))]
)
def test_refuses_what_is_broken_or_encrypted_in_a_sentence(name: str) -> None:
    with pytest.raises(Unreadable, match=r"^(?:it|none) \w+ "):
        read_document(Path(name).suffix, (FILES / name).read_bytes())


def test_leaves_nothing_of_a_document_outside_the_service(tmp_path: Path) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:  # one of each kind, for one process
        for row in {
            Path(row["file"]).suffix.lower(): row for row in ROWS if row.keys() & {"must_hold", "says"}
        }.values():
            archive.write(FILES / row["file"], row["file"])
    places = {name: tmp_path / name.lower() for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for place in places.values():
        place.mkdir()
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}, "PYTHONDONTWRITEBYTECODE": "1"}
    before = set(ROOT.glob("*"))
    command = [sys.executable, "-m", "twin.knowledge.documents.extraction_process", ".zip"]
    done = subprocess.run(command, input=packed.getvalue(), cwd=ROOT, env=environment, capture_output=True, check=True)
    kinds = {Path(name).suffix.lower() for name in json.loads(done.stdout)["parts"]}
    assert {*KINDS} - kinds <= {".pdf", ".json", ".jsonl", ".html", ".htm", ".mht", ".zip"}
    assert [path for place in places.values() for path in place.rglob("*")] == []
    assert set(ROOT.glob("*")) == before
