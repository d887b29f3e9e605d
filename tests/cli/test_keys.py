"""`flask twin keys`."""

from __future__ import annotations

import json

import pytest

from ..support.commands import Run, assert_failed_in_one_line


def test_a_key_is_shown_once_listed_and_revoked(run: Run) -> None:
    added = run("keys", "add", "Ada’s laptop", "--per-minute", "5")
    assert added.stdout.count("\n") == 1
    key = added.stdout.strip()
    assert key.startswith("twin-")
    (row,) = json.loads(run("keys", "--json").stdout)
    assert (row["name"], row["per_minute"], row["per_day"]) == ("Ada’s laptop", 5, 2_000)
    listed = run("keys").stdout
    assert "Ada’s laptop" in listed
    assert key not in listed + str(row)
    assert_failed_in_one_line(run("keys", "add", "Ada’s laptop"), "already")
    assert run("keys", "revoke", "Ada’s laptop").stdout == "Revoked.\n"
    assert_failed_in_one_line(run("keys", "revoke", "Ada’s laptop"), "no key")
    assert json.loads(run("keys", "list", "--json").stdout) == []


@pytest.mark.parametrize("arguments", [[""], [" "], ["x" * 81], ["a\nb"], ["x", "--per-minute", "0"]])
def test_a_name_or_a_limit_that_is_none_is_refused(run: Run, arguments: list[str]) -> None:
    assert_failed_in_one_line(run("keys", "add", *arguments))
