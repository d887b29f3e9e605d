"""The database of each purpose."""

from __future__ import annotations

from pathlib import Path

from twin.gaps import Gaps
from twin.memory import Memory
from twin.settings import Settings
from twin.stores import Databases

from ..support.settings import KEY


def test_what_is_kept_in_one_file_shares_one_database(tmp_path: Path) -> None:
    databases = Databases(None, tmp_path)
    memory, gaps = Memory(Settings(openai_api_key=KEY), databases), Gaps(databases)
    assert memory.database is gaps.database
    assert databases.open("memory") is memory.database
    assert databases.open("budget") is not memory.database


def test_all_is_kept_in_the_database_that_is_named(database_url: str, tmp_path: Path) -> None:
    databases = Databases(database_url, tmp_path)
    assert databases.open("budget") is databases.open("memory")
    assert not list(tmp_path.glob("*.db"))
