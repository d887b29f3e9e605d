"""Results of runs: an answer that got worse stays worse until it is mended or accepted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import StartError
from twin.evaluation import Case, Outcome, Results, keep


def outcome(holds: bool | None, question: str = "Who are you?") -> Outcome:
    case = Case(question=question, must=("Roger",))
    return Outcome(case, None if holds is None else "An answer", faults=() if holds else ("a fault",))


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.booleans())))
def test_a_case_that_held_has_to_hold_in_every_later_run(runs: list[tuple[bool | None, bool]]) -> None:
    results, has_held = Results(), False
    for holds, accept in runs:
        assert (results.find_last(outcome(holds)) is not None) is (has_held and holds is False)
        results.take_in([outcome(holds)], accept=accept)
        if holds is not None:
            has_held = holds if accept else has_held or holds
    assert (results.find_last(outcome(False)) is not None) is has_held


def test_keeps_what_other_files_asked_and_no_texts(tmp_path: Path) -> None:
    path = tmp_path / "evals" / "results.json"
    assert Results.read(path).cases == {}
    keep([outcome(True), outcome(None, "Unanswered?")], path=path)
    keep([outcome(True, "Where?")], path=path)
    assert len(Results.read(path).cases) == 2
    assert Results.read(path).find_last(outcome(False)) is not None
    assert "Who" not in path.read_text()
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_run_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.with_suffix(".new").write_text("x" * 10_000)
    keep([outcome(True)], path=path)
    assert len(Results.read(path).cases) == 1


def test_runs_that_end_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keep([outcome(True, str(number))], path=path), range(40)))
    assert len(Results.read(path).cases) == 40


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cases": {"x": {}}}', '{"cases": {"x": {"held": "maybe"}}}', "\0"]
)
def test_a_broken_file_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(content)
    with pytest.raises(StartError, match="no results of an earlier run: delete it"):
        Results.read(path)
    with pytest.raises(StartError, match="delete it"):
        keep([outcome(True)], path=path)
    assert path.read_text() == content


def test_a_place_where_nothing_can_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "evals").write_text("a file")
    with pytest.raises(StartError, match="cannot be kept"):
        keep([outcome(True)], path=tmp_path / "evals" / "results.json")
    with pytest.raises(StartError, match="cannot be read"):
        Results.read(tmp_path)
