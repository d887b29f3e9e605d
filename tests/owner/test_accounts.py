"""The owner's way in: what opens it, and what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from twin.errors import RateLimited
from twin.owner import Accounts
from twin.stores import Database

from ..support.desk import PASSWORD

HERE = "203.0.113.7"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        database.check()
        yield database


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(PASSWORD, database)


def test_the_password_opens_a_session_until_it_is_signed_out(accounts: Accounts) -> None:
    session = accounts.sign_in(PASSWORD, HERE)
    assert session
    assert accounts.find(session.token) == session
    accounts.sign_out(session)
    assert accounts.find(session.token) is None


@pytest.mark.parametrize("wrong", ["", "correct horse", PASSWORD + " ", PASSWORD.upper(), "ä", "\ud800", "x" * 100_000])
def test_another_password_opens_nothing(accounts: Accounts, wrong: str) -> None:
    assert accounts.sign_in(wrong, HERE) is None


def test_without_a_password_none_is_right_and_nothing_is_open(database: Database) -> None:
    accounts = Accounts(None, database)
    assert not accounts.is_open()
    assert accounts.sign_in("", HERE) is None
    session = accounts.follow_link(accounts.make_link_token())
    assert session
    assert accounts.is_open()
    assert accounts.end_all() == 1
    assert not accounts.is_open()


def test_a_link_works_once_and_nothing_else_does(accounts: Accounts, execute: Callable[[str], Any]) -> None:
    link, late = accounts.make_link_token(), accounts.make_link_token()
    assert accounts.find(link) is None, "a link is no session"
    with ThreadPoolExecutor(8) as pool:
        sessions = [found for found in pool.map(accounts.follow_link, [link] * 16) if found]
    assert len(sessions) == 1
    assert accounts.follow_link(sessions[0].token) is None
    execute("UPDATE desk_sign_ins SET expires_at = 1 WHERE kind = 'link'")
    assert accounts.follow_link(late) is None


def test_an_expired_session_and_a_changed_password_end_it(
    accounts: Accounts, database: Database, execute: Callable[[str], Any]
) -> None:
    by_password, by_link = accounts.sign_in(PASSWORD, HERE), accounts.follow_link(accounts.make_link_token())
    assert by_password
    assert by_link
    for other in ("another password", None):
        assert Accounts(other, database).find(by_password.token) is None
        assert Accounts(other, database).find(by_link.token) is None
    execute(f"UPDATE desk_sign_ins SET expires_at = 1 WHERE id = {by_link.id}")
    assert accounts.find(by_link.token) is None
    assert accounts.find(by_password.token) == by_password


def test_the_database_holds_neither_tokens_nor_the_password(accounts: Accounts, execute: Callable[[str], Any]) -> None:
    session, link = accounts.sign_in(PASSWORD, HERE), accounts.make_link_token()
    assert session
    kept = str(execute("SELECT * FROM desk_sign_ins")) + str(execute("SELECT * FROM desk_tries"))
    assert not [secret for secret in (session.token, session.form_token, link, PASSWORD, HERE) if secret in kept]


def test_1000_wrong_passwords_from_100_addresses_open_nothing_and_a_link_still_does(accounts: Accounts) -> None:
    compared, waits = 0, []
    for number in range(1_000):
        try:
            assert accounts.sign_in(f"password {number}", f"198.51.100.{number % 100}") is None
            compared += 1
        except RateLimited as refused:
            waits.append(refused.retry_after or 0)
    assert (compared, len(waits)) == (100, 900)
    assert all(0 < wait <= 3_600 for wait in waits)
    with pytest.raises(RateLimited):
        accounts.sign_in(PASSWORD, HERE)
    assert accounts.follow_link(accounts.make_link_token())


def test_tries_at_once_are_counted_one_by_one(accounts: Accounts, execute: Callable[[str], Any]) -> None:
    def attempt(number: int) -> bool:
        try:
            return accounts.sign_in(f"password {number}", "2001:db8::1") is not None
        except RateLimited:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(attempt, range(40)))
    assert execute("SELECT count(*) FROM desk_tries") == [(10,)]
    execute("UPDATE desk_tries SET tried_at = 1")
    assert accounts.sign_in(PASSWORD, "2001:db8::2"), "an hour later"
    assert execute("SELECT count(*) FROM desk_tries") == [(0,)]
