"""What a process counts, where it goes when the process ends, and what counting costs."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Thread

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from twin.errors import NotFound, Overloaded, Quota, RateLimited, StoreUnavailable, TwinError
from twin.knowledge.documents.extraction import ADVICE, KINDS
from twin.knowledge.documents.folder import Folder
from twin.llm.breaker import FAILURES, Breaker
from twin.llm.embedded import EmbeddedModel
from twin.llm.providers import list_providers
from twin.rates import Caller
from twin.rates.rates import Rates
from twin.settings import Settings
from twin.stores import Databases
from twin.telemetry import catalogue
from twin.telemetry.board import Board, Row
from twin.telemetry.exposition import Fetched, expose
from twin.telemetry.logs import ChatReport
from twin.telemetry.metrics import Metrics
from twin.turn import TURN_FAULTS

from ..support.breakers import admitted
from ..support.metrics import read_own, used
from ..support.settings import KEY

STOP = ChatReport("stop", first_token_ms=300, prompt_tokens=7, completion_tokens=5, sources=1)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_counts_a_chat_by_door_and_outcome_and_what_its_answer_says(metrics: Metrics) -> None:
    metrics.record_chat(STOP, "stream", 2.5)
    metrics.record_chat(ChatReport("length", repaired=1, removed=2, unsupported=3, unknown=True), "v1", 0.1)
    metrics.record_chat(ChatReport("faq"), "chat", 0.0)
    metrics.record_chat(ChatReport(), "a door of later", 300)
    samples = read_own(metrics)
    chats = {("stream", "stop"): 1, ("v1", "length"): 1, ("chat", "faq"): 1, ("other", "left"): 1}
    assert used(samples, "twin_chats_total") == chats
    assert used(samples, "twin_contacts_total") == {("repaired",): 1, ("removed",): 2}
    for kind in ("unknown", "unsupported", "sourced"):
        assert used(samples, f"twin_answers_{kind}_total") == {(): 1}
    assert used(samples, "twin_chat_first_word_seconds_sum") == {("stream",): 0.3}
    assert samples["twin_chat_seconds_bucket", ("stream", "2.0")] == 0
    assert samples["twin_chat_seconds_bucket", ("stream", "3.0")] == 1
    assert samples["twin_chat_seconds_bucket", ("v1", "0.1")] == 1
    assert samples["twin_chat_seconds_bucket", ("other", "120.0")] == 0
    assert samples["twin_chat_seconds_bucket", ("other", "+Inf")] == 1


def test_counts_a_refusal_by_its_kind_and_once(metrics: Metrics) -> None:
    for name in ("minute", "day"):
        metrics.record_refused_chat(RateLimited(quotas=[Quota(name, 1, 60, 0, 9, is_exceeded=True)]), "chat")
    metrics.record_refused_chat(Overloaded(), "mcp")
    metrics.record_chat(ChatReport("budget_exhausted"), "chat", 0)
    metrics.record_chat(ChatReport("model_failed"), "chat", 0)
    for error in (NotFound(), NotFound(), Overloaded(), TwinError(), StoreUnavailable()):
        metrics.record_refusal(error)
    kinds = {"rate_minute": 1, "rate_day": 1, "overloaded": 1, "budget_exhausted": 1, "not_found": 2}
    assert used(read_own(metrics), "twin_refusals_total") == {(kind,): count for kind, count in kinds.items()}


def test_each_label_knows_what_can_come() -> None:
    assert {*catalogue.CHAT_FAULTS} == {*TURN_FAULTS, TwinError}
    kinds = {kind.removeprefix(".") for kind in (*KINDS, *ADVICE)}
    assert {*catalogue.READER_FAULTS.labels["kind"]} == kinds | {catalogue.OTHER}
    quotas = Rates(Settings(openai_api_key=KEY)).admit(Caller.at("192.0.2.1"))
    assert [quota.name for quota in quotas] == [*catalogue.RATE_REFUSALS]


def test_openmetrics_is_given_where_it_is_asked_for(metrics: Metrics) -> None:
    metrics.record_chat(STOP, "stream", 1)
    fetched = [Fetched(catalogue.BUDGET_TOKENS, "held", 12)]
    body, media = expose(metrics, fetched, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    assert media.startswith("application/openmetrics-text")
    assert families.keys() == {metric.name for metric in (*catalogue.METRICS, *catalogue.FETCHED)}
    assert [sample.value for sample in families["twin_budget_tokens"].samples] == [12]


GAUGES = ("twin_workers", "twin_chats_in_flight", "twin_documents_unread")


def begin_process(board: Board) -> tuple[Row, Metrics]:
    """Count a chat, and begin another one, as a worker would; tests/telemetry/test_counts.py has real ones."""
    row, metrics = board.claim(), Metrics()
    metrics.join(row)
    metrics.record_chat(STOP, "chat", 1)
    metrics.change_in_flight(1)
    metrics.note_unread(4)
    return row, metrics


def test_a_process_that_ends_leaves_its_counters_and_takes_its_gauges() -> None:
    board = Board(8)
    (_, reader), (first, _), (second, _) = (begin_process(board) for _ in range(3))
    samples = read_own(reader)
    assert [samples[name, ()] for name in GAUGES] == [3, 3, 4]
    for row in (first, second):
        row.release()
    samples = read_own(reader)
    assert [samples[name, ()] for name in GAUGES] == [1, 1, 4]
    again, _ = begin_process(board)
    assert again.number == first.number
    samples = read_own(reader)
    assert [samples[name, ()] for name in GAUGES] == [2, 2, 4]
    assert samples["twin_chats_total", ("chat", "stop")] == 4
    assert samples["twin_workers_ended_total", ()] == 2


def test_a_process_for_which_no_row_is_left_counts_for_itself() -> None:
    board = Board(1)
    rows = [board.claim(), board.claim()]
    for row in rows:
        metrics = Metrics()
        metrics.join(row)
        metrics.record_chat(STOP, "chat", 1)
        assert used(read_own(metrics), "twin_chats_total") == {("chat", "stop"): 1}
        row.release()
    assert board.claim().board is board


def test_threads_lose_no_count(metrics: Metrics) -> None:
    def count() -> None:
        for _ in range(5_000):
            metrics.record_chat(STOP, "chat", 1)
            metrics.record_usage(1, 2)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    samples = read_own(metrics)
    assert samples["twin_chats_total", ("chat", "stop")] == samples["twin_chat_seconds_count", ("chat",)] == 20_000
    assert used(samples, "twin_tokens_total") == {("read",): 20_000, ("written",): 40_000}


def test_counts_database_accesses_and_their_failures(tmp_path: Path, metrics: Metrics) -> None:
    Databases(None, tmp_path, metrics=metrics).open("budget").check()
    away = Databases("postgresql://127.0.0.1:1/nothing", tmp_path, metrics=metrics).open("budget")
    with pytest.raises(StoreUnavailable):
        away.check()
    samples = read_own(metrics)
    assert samples["twin_database_seconds_count", ()] == 2
    assert samples["twin_database_failures_total", ()] == 1


def test_counts_documents_that_cannot_be_read(tmp_path: Path, metrics: Metrics) -> None:
    for name in ("cv.pages", "a.md", "b.xyz", "c.exotic"):
        (tmp_path / name).write_text("" if name == "a.md" else "words")
    folder = Folder(tmp_path, metrics)
    folder.read()
    (tmp_path / "cv.pages").unlink()
    folder.read()
    samples = read_own(metrics)
    assert used(samples, "twin_reader_faults_total") == {("pages",): 1, ("md",): 1, ("other",): 2}
    assert samples["twin_documents_unread", ()] == 3


def test_says_while_a_breaker_is_open(metrics: Metrics) -> None:
    settings = Settings(openai_api_key=KEY, fallback_model="small")
    for provider in list_providers(settings, EmbeddedModel(Path("unused")), metrics):
        for _ in range(FAILURES):
            provider.breaker.record(admitted(provider.breaker), is_well=False)
    assert used(read_own(metrics), "twin_breaker_open") == {("first",): 1, ("fallback",): 1}


def test_a_breaker_notes_that_it_opens_and_closes() -> None:
    noted: list[bool] = []
    breaker = Breaker("The model", 0, note=noted.append)
    for is_well in [False] * (FAILURES + 2) + [True, True]:
        breaker.record(admitted(breaker), is_well=is_well)
    assert noted == [True, False]


def record_all(metrics: Metrics) -> None:
    """Count all that one remembered chat has."""
    metrics.change_in_flight(1)
    for _ in range(6):
        metrics.record_database(0.002, has_failed=False)
    metrics.record_response("first", 200)
    metrics.record_usage(700, 50)
    metrics.record_cost(0.001)
    metrics.change_in_flight(-1)
    metrics.record_chat(STOP, "stream", 3.2)


def test_what_a_chat_records_takes_less_than_40_microseconds(metrics: Metrics) -> None:
    best = 1.0
    for _ in range(5):
        began = time.thread_time()
        for _ in range(1_000):
            record_all(metrics)
        best = min(best, (time.thread_time() - began) / 1_000)
    assert best < 40e-6
