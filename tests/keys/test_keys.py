"""The keys of programs, in the tables that all processes share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from twin.errors import StoreUnavailable
from twin.keys import KeyExists, Keys
from twin.rates import Limit
from twin.stores import Databases

from ..support.service import wait_until


@pytest.fixture
def make(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Keys]]:
    """Make the keys of another process."""
    made: list[Databases] = []

    def another() -> Keys:
        made.append(Databases(database_url, tmp_path))
        return Keys(made[-1])

    yield another
    for databases in made:
        databases.open("keys").close()


def test_only_the_hash_of_a_key_is_kept(make: Callable[[], Keys], execute: Callable[[str], Any]) -> None:
    text = make().add("laptop", 3, 10)
    ((kept,),) = [row[:1] for row in execute("SELECT digest FROM program_keys")]
    assert kept == sha256(text.encode()).hexdigest()
    assert text not in str(execute("SELECT * FROM program_keys"))
    assert len(text) >= 40


def test_a_key_has_limits_of_its_own_and_its_name_once(make: Callable[[], Keys]) -> None:
    keys = make()
    text = keys.add("laptop", 3, 10)
    with pytest.raises(KeyExists):
        keys.add("laptop", 5, 5)
    found = keys.find(text)
    assert found is not None
    assert (found.name, found.caller.limits) == ("laptop", (Limit("minute", 3, 60), Limit("day", 10, 86_400)))
    assert [keys.find(other) for other in ("", text[:-1], f"{text} ", "é\ud800", "x" * 100_000)] == [None] * 5


def test_other_processes_learn_of_keys_and_revocations(make: Callable[[], Keys]) -> None:
    owner, service = make(), make()
    assert service.read() == ()
    text = owner.add("laptop", 3, 10)
    first = owner.find(text)
    wait_until(lambda: service.find(text), "the key is not known")
    assert owner.revoke("laptop")
    assert not owner.revoke("laptop")
    wait_until(lambda: service.find(text) is None, "the key is not revoked")
    again = make().find(owner.add("laptop", 3, 10))
    assert first
    assert again
    assert first.caller.name != again.caller.name


def test_keys_stay_known_while_the_database_is_away(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Keys(Databases("postgresql://127.0.0.1:1/nothing", tmp_path)).read()


def test_no_file_is_made_before_there_is_a_key(tmp_path: Path) -> None:
    keys = Keys(Databases(None, tmp_path))
    assert keys.read() == keys.fetch_all() == ()
    assert not keys.revoke("laptop")
    assert not [*tmp_path.iterdir()]
    keys.add("laptop", 1, 1)
    assert (tmp_path / "keys.db").stat().st_mode & 0o777 == 0o600
