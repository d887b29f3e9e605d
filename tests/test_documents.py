"""Hold README and docs to the code: links lead somewhere, names exist, figures are the code's."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from twin.errors import TwinError
from twin.knowledge.documents.extraction import MAX_BYTES, READ_SECONDS
from twin.knowledge.passages import MAX_PASSAGE, MAX_SECTION
from twin.knowledge.sources import MAX_QUOTE
from twin.memory.memory import KEY_SECONDS, SESSION_WAIT_SECONDS
from twin.prompt import persona
from twin.settings import Settings
from twin.web.body import MAX_BODY_BYTES

from .support.documented import list_documents, split_blocks
from .support.service import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# A path of this project: not the end of a longer one, such as /srv/twin/instance.
NAMED_PATH = re.compile(r"(?<![\w/.:-])(?:twin|tests|docs|deploy|benchmarks|evals|requirements)/[\w./-]*\w/?")
NAMED_MODULE = re.compile(r"(?<![\w/.])twin\.(?:knowledge|llm|telemetry|web)[\w.]*\w")
NAMED_TEST = re.compile(r"`(test_\w+)`")
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}


def read_prose(path: Path) -> str:
    prose, _ = split_blocks(path.read_text(encoding="utf-8"))
    return prose


def list_anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives a page: its headings in lower case, without punctuation."""
    headings = HEADING.findall(read_prose(path))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", list_documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for link in LINK.findall(read_prose(document)):
        place, _, anchor = link.partition("#")
        if re.match(r"\w+:", place):  # another host
            continue
        target = document.parent / place if place else document
        assert target.exists(), link
        assert not anchor or anchor in list_anchors(target), link


@pytest.mark.parametrize("document", list_documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_path_module_and_test_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert [path for path in NAMED_PATH.findall(text) if not (ROOT / path).exists()] == []
    assert [name for name in NAMED_MODULE.findall(text) if find_spec(name) is None] == []
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in NAMED_TEST.findall(text) if f"def {name}(" not in sources] == []


def read_constant(name: str) -> int:
    """Return a number of gunicorn.conf.py, which no test can import."""
    for node in ast.parse((ROOT / "gunicorn.conf.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return int(ast.literal_eval(node.value))
    raise LookupError(name)


@pytest.mark.parametrize(
    ("document", "figure"),
    [
        ("docs/deploy.md", f"holds {read_constant('worker_connections'):,} connections"),
        ("README.md", f"up to {persona.MAX_CHARACTERS:,} characters"),
        ("README.md", f"{DEFAULTS['knowledge_tokens']:,} tokens (`KNOWLEDGE_TOKENS`)"),
        ("README.md", f"for {DEFAULTS['retention_days']} days"),
        ("README.md", f"{DEFAULTS['rate_per_minute']} chats a minute"),
        ("README.md", f"{DEFAULTS['rate_per_day']} a day"),
        ("README.md", f"{DEFAULTS['daily_tokens']:,} tokens (`DAILY_TOKENS`)"),
        ("docs/models.md", f"{DEFAULTS['daily_tokens']:,} tokens (`DAILY_TOKENS`)"),
        ("docs/models.md", f"{DEFAULTS['rate_per_minute']} chats a minute and {DEFAULTS['rate_per_day']} a day"),
        ("docs/models.md", f"`CHAT_DEADLINE` ({DEFAULTS['chat_deadline']:g} seconds)"),
        ("docs/api.md", f"`too_large` ({MAX_BODY_BYTES // 1024} KiB)"),
        ("docs/knowledge.md", f"`KNOWLEDGE_TOKENS` ({DEFAULTS['knowledge_tokens']:,}"),
        ("docs/knowledge.md", f"over {MAX_BYTES // 10**6} MB"),
        ("docs/knowledge.md", f"for {READ_SECONDS:.0f} seconds"),
        ("docs/knowledge.md", f"up to {MAX_SECTION} characters"),
        ("docs/knowledge.md", f"up to {MAX_PASSAGE} characters"),
        ("docs/knowledge.md", f"{MAX_QUOTE} characters"),
        ("docs/memory.md", f"up to {SESSION_WAIT_SECONDS:.0f} seconds"),
        ("docs/memory.md", f"for {KEY_SECONDS // 3_600} hours"),
        ("docs/memory.md", f"`RETENTION_DAYS` ({DEFAULTS['retention_days']})"),
        ("docs/threats.md", f"{DEFAULTS['rate_per_minute']} a minute and {DEFAULTS['rate_per_day']} a day"),
    ],
)
def test_a_figure_is_the_codes(document: str, figure: str) -> None:
    assert figure in " ".join((ROOT / document).read_text(encoding="utf-8").split())


def list_errors(parent: type[TwinError] = TwinError) -> list[type[TwinError]]:
    return [parent, *(error for child in parent.__subclasses__() for error in list_errors(child))]


def test_each_error_is_in_the_api_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)`", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {(int(status), code) for status, code in rows} == {(error.status, error.code) for error in list_errors()}


def test_the_readme_takes_five_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 1_500


def test_a_server_has_time_to_finish_its_chats_before_it_is_killed() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    allowed = {int(seconds) for seconds in re.findall(r"(?:TimeoutStopSec=|--stop-timeout )(\d+)", text)}
    assert min(allowed) >= DEFAULTS["chat_deadline"] + 5 + SESSION_WAIT_SECONDS
