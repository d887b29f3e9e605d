"""What a visitor gets where a provider's server answers byte for byte as the cases say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from twin.errors import TwinError
from twin.llm.answers import Answer
from twin.llm.embedded import EmbeddedModel
from twin.llm.model import Model
from twin.settings import Settings

from ..support.holds import MESSAGES, NoHold
from ..support.scripted_model import ScriptedModel
from ..support.service import ROOT
from ..support.wire_cases import plays, read_cases

CASES = read_cases()


@dataclass
class Outcome:
    """What came of one question."""

    shown: list[str] = field(default_factory=list)
    answer: Answer | None = None
    error: TwinError | None = None
    settled: list[tuple[int, int]] = field(default_factory=list)
    calls: int = 0


@pytest.fixture
def connect(model: ScriptedModel, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> Iterator[Callable[[], Model]]:
    """Make a Model that calls the scripted one, and has learned nothing."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings = Settings(openai_api_key="sk-test", openai_base_url=model.url, chat_deadline=30)
    made: list[Model] = []

    def make() -> Model:
        made.append(Model(settings, EmbeddedModel(Path("unused"))))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one certificate, which is read sooner than the 140 of all authorities."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return path


def ask(twin: Model, model: ScriptedModel, case: dict[str, Any], mode: str) -> Outcome:
    outcome = Outcome()

    class Hold(NoHold):
        def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
            outcome.settled.append((prompt_tokens, completion_tokens))

    before = len(model.requests)
    model.otherwise = plays(case, model)
    try:
        if mode == "plain":
            outcome.answer = twin.answer(MESSAGES, Hold)
        else:
            read_stream(twin, Hold, outcome)
    except TwinError as error:
        outcome.error = error
    outcome.calls = len(model.requests) - before
    return outcome


def read_stream(twin: Model, hold: Callable[..., NoHold], outcome: Outcome) -> None:
    for arrived in twin.stream(MESSAGES, hold):
        if isinstance(arrived, str):
            outcome.shown.append(arrived)
        elif arrived is not None:
            outcome.answer = arrived


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_visitor_gets_what_the_provider_means(
    connect: Callable[[], Model], model: ScriptedModel, caplog: pytest.LogCaptureFixture, case: dict[str, Any]
) -> None:
    for mode in case["expect"]:
        if mode in case:
            check(connect(), model, caplog, case, mode)
            caplog.clear()


def check(twin: Model, model: ScriptedModel, caplog: pytest.LogCaptureFixture, case: dict[str, Any], mode: str) -> None:
    if case.get("after"):
        ask(twin, model, next(other for other in CASES if other["name"] == case["after"]), mode)
        caplog.clear()
    wanted = case["expect"][mode]
    outcome = ask(twin, model, case, mode)
    compare(wanted, outcome, caplog.text, is_stream=mode == "stream")
    assert outcome.calls <= wanted.get("calls", 9)
    if "calls_again" in wanted:
        again = ask(twin, model, case, mode)
        compare(wanted, again, caplog.text, is_stream=mode == "stream")
        assert again.calls <= wanted["calls_again"]


def test_each_server_in_the_docs_was_tried_with_cases_that_there_are() -> None:
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    rows = [row.strip(" |").split("|") for row in page.splitlines() if row.startswith("| ")][1:]
    names = {case["name"] for case in CASES}
    names |= set(re.findall(r"def (test_\w+)", (ROOT / "tests/llm/test_model.py").read_text(encoding="utf-8")))
    assert len(rows) > 20
    for server, *_, tried in rows:
        cases = set(re.findall("`([^`]+)`", tried))
        assert cases, server
        assert cases <= names, server


def compare(wanted: dict[str, Any], outcome: Outcome, log: str, *, is_stream: bool) -> None:
    error, shown = outcome.error, "".join(outcome.shown)
    if "response" in wanted:
        assert outcome.answer is not None, error
        text = wanted["response"].replace("{FALLBACK}", "").strip()
        assert outcome.answer.text.strip() == text
        assert outcome.answer.finish_reason == wanted.get("finish_reason", "stop")
        if is_stream and wanted.get("shown") != "any" and text:
            assert shown.strip() == text
        assert not any(word in shown + outcome.answer.text for word in wanted.get("not_shown", []))
    else:
        assert error is not None, outcome.answer
        assert error.status in as_list(wanted["status"])
        assert error.code in as_list(wanted["code"])
    if "usage" in wanted:
        assert outcome.settled[-1] == tuple(wanted["usage"])
    if "advice" in wanted:
        assert any(word in log for word in as_list(wanted["advice"]))
    assert not any(word in log for word in as_list(wanted.get("advice_not", [])))
    if "retry_after" in wanted:
        assert error is not None
        low, high = wanted["retry_after"]
        assert low <= (error.retry_after or 0) <= high


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
