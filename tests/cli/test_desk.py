"""`flask twin desk`, and what the other commands say of the desk."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ..support.commands import Run, assert_failed_in_one_line


def test_prints_links_to_where_the_service_is_reached_and_ends_them(run: Run, root: Path) -> None:
    hosts = {"MEMORY": "on", "ALLOWED_HOSTS": ".example.com,twin.example.com"}
    for arguments, settings, base in (
        ((), {"MEMORY": "on"}, "http://localhost:8000"),
        ((), hosts, "https://twin.example.com"),
        (("--url", "https://a.example/twin/"), hosts, "https://a.example/twin"),
    ):
        done = run("desk", *arguments, **settings)
        assert re.fullmatch(re.escape(base) + r"/desk/link#[\w-]{43}\n", done.stdout), done.stderr
        assert "10 minutes" in done.stderr
    assert "Ended 3 sessions" in run("desk", "--end", MEMORY="on").stdout
    with closing(sqlite3.connect(root / "instance" / "memory.db")) as file:
        assert file.execute("SELECT count(*) FROM desk_sign_ins").fetchall() == [(0,)]


def test_says_what_is_missing(run: Run) -> None:
    assert_failed_in_one_line(run("desk"), "MEMORY=on")
    assert_failed_in_one_line(run("desk", "--url", "javascript:x", MEMORY="on"), "--url")
    assert_failed_in_one_line(run("desk", DESK_PASSWORD="correct horse battery"), "DESK_PASSWORD", "MEMORY=on")
    short = run("desk", MEMORY="on", DESK_PASSWORD="hunter2")
    assert_failed_in_one_line(short, "DESK_PASSWORD", "12 characters")
    assert "hunter2" not in short.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "needs MEMORY=on"),
        ({"MEMORY": "on"}, "no /desk until `flask twin desk`"),
        ({"MEMORY": "on", "DESK_PASSWORD": "correct horse battery"}, "opens with DESK_PASSWORD"),
    ],
)
def test_check_says_how_the_desk_is_reached(run: Run, settings: dict[str, str], words: str) -> None:
    told = run("check", **settings).stdout
    assert words in told
    assert "correct horse" not in told
    if "until" in words:
        run("desk", **settings)
        assert "open to those who are signed in or have a link" in run("check", **settings).stdout
