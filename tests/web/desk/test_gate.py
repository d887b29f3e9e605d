"""The gate: who is let in to each route of the desk, and how everybody else is turned away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from twin import create_app
from twin.owner import Desk

from ...support.desk import NOTES, OWN, PASSWORD, remember
from ...support.settings import KEY

NEIGHBOUR = "https://blog.example.com"
HERE = "https://twin.example.com"
WORDS = "zyxomma"


class Route(NamedTuple):
    """How a route of the desk is called; `opens` is whether it is a way in, which needs no session."""

    method: str
    path: str
    form: dict[str, str] = {}  # noqa: RUF012 - it is not changed
    opens: bool = False


ROUTES = {
    "show_asset": Route("GET", "/desk/static/desk.css", opens=True),
    "show_sign_in": Route("GET", "/desk/sign-in", opens=True),
    "sign_in": Route("POST", "/desk/sign-in", {"password": PASSWORD}, opens=True),
    "show_link": Route("GET", "/desk/link", opens=True),
    "follow_link": Route("POST", "/desk/link", {"token": "forged"}, opens=True),
    "sign_out": Route("POST", "/desk/sign-out"),
    "show_inbox": Route("GET", f"/desk?words={WORDS}"),
    "show_conversation": Route("GET", "/desk/conversations/1"),
    "mark_conversation": Route("POST", "/desk/conversations/1/mark", {"as": "archived"}),
    "delete_conversation": Route("POST", "/desk/conversations/1/delete"),
    "export_conversation": Route("GET", "/desk/conversations/1/export"),
    "begin_try": Route("POST", "/desk/try"),
    "join": Route("POST", "/desk/conversations/1/join"),
    "say": Route("POST", "/desk/conversations/1/reply", {"text": "It is me."}),
    "hand_back": Route("POST", "/desk/conversations/1/hand-back"),
    "show_news": Route("GET", "/desk/conversations/1/news"),
    "answer_question": Route("POST", "/desk/questions/1/answer", {"text": "Yes."}),
    "undo_answer": Route("POST", "/desk/questions/1/undo"),
    "show_gaps": Route("GET", "/desk/gaps"),
    "answer_gap": Route("POST", "/desk/gaps/1/answer", {"text": "Yes."}),
    "undo_last": Route("POST", "/desk/gaps/undo"),
}
VAIN = {"follow_link", "answer_gap", "undo_last"}  # these find nothing here
# Headers of requests that do not come from the desk, though the session and the form's token are right.
ELSEWHERE: dict[str, dict[str, str]] = {
    "another origin": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "another origin, by Origin alone": {"Origin": "https://evil.example"},
    "another origin, by Sec-Fetch-Site alone": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    "an origin that says nothing": {"Origin": "null"},
    "an origin that is none": {"Origin": "https://[", "Sec-Fetch-Site": "same-origin"},
    "a neighbour's subdomain in CORS_ORIGINS": {"Origin": NEIGHBOUR, "Sec-Fetch-Site": "same-site"},
    "a neighbour's subdomain, by Origin alone": {"Origin": NEIGHBOUR},
    "the same host without TLS": {"Origin": HERE.replace("https", "http")},
    "two values": {"Sec-Fetch-Site": "same-origin, cross-site"},
    "framed": {**OWN, "Sec-Fetch-Dest": "iframe"},
    "embedded": {**OWN, "Sec-Fetch-Dest": "embed"},
    "neither header": {},
}


@pytest.fixture
def desk_app(database_url: str) -> Iterator[Flask]:
    settings = {"OPENAI_API_KEY": KEY, "MEMORY": "on", "DATABASE_URL": database_url, "TESTING": True}
    app = create_app({**settings, "DESK_PASSWORD": PASSWORD, "CORS_ORIGINS": NEIGHBOUR})
    memory = app.extensions["twin"].memory
    session = remember(memory, f"I am {WORDS}.", "I live in Kyiv.", annotations=NOTES)
    app.extensions["twin"].visitors.ask(str(session), f"Will {WORDS} come?", None, None)
    yield app
    memory.database.close()


@pytest.fixture
def client(desk_app: Flask) -> FlaskClient:
    return desk_app.test_client(use_cookies=False)


@pytest.fixture
def dump(execute: Callable[[str], Any]) -> Callable[[], list[Any]]:
    """Return all that the desk could change."""
    tables = ("sessions", "messages", "conversations", "desk_sign_ins", "owner_questions")
    return lambda: [execute(f"SELECT * FROM {table}") for table in tables]


def sign_in(app: Flask) -> tuple[str, str]:
    """Return a session's cookie and its form token."""
    desk: Desk = app.extensions["twin"].desk
    session = desk.accounts.follow_link(desk.accounts.make_link_token())
    assert session
    return f"desk={session.token}", session.form_token


def call(client: FlaskClient, route: Route, headers: dict[str, str], cookie: str, form_token: str) -> TestResponse:
    form = {**route.form, "form_token": form_token} if route.method == "POST" else None
    headers = {**headers, "Cookie": cookie}
    return client.open(route.path, HERE, method=route.method, data=form, headers=headers, buffered=True)


def assert_guarded(response: TestResponse) -> None:
    """Fail where another page could read, frame or keep what the desk sends."""
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def assert_refused(response: TestResponse) -> None:
    assert response.status_code == 403 or response.headers.get("Location") == "/desk/sign-in"
    assert not [word for word in (WORDS, "Kyiv", "Set-Cookie") if word in response.text + str(response.headers)]
    assert_guarded(response)


def test_no_route_is_missing_here(desk_app: Flask) -> None:
    rules = [rule for rule in desk_app.url_map.iter_rules() if rule.rule.startswith("/desk")]
    assert {rule.endpoint for rule in rules} == {f"desk.{name}" for name in ROUTES}
    for rule in rules:
        assert (rule.methods or set()) - {"HEAD", "OPTIONS"} == {ROUTES[rule.endpoint.partition(".")[2]].method}


def test_the_owner_passes_everywhere(desk_app: Flask, client: FlaskClient) -> None:
    for name, route in sorted(ROUTES.items(), key=lambda item: "delete" in item[0]):
        response = call(client, route, OWN, *sign_in(desk_app))
        assert response.status_code == (303 if route.method == "POST" else 200) or name in VAIN, name
        assert_guarded(response)


@pytest.mark.parametrize("attack", ELSEWHERE)
def test_nothing_from_elsewhere_passes(
    desk_app: Flask, client: FlaskClient, dump: Callable[[], list[Any]], attack: str
) -> None:
    cookie, form_token = sign_in(desk_app)
    before = dump()
    for route in ROUTES.values():
        assert_refused(call(client, route, ELSEWHERE[attack], cookie, form_token))
    assert dump() == before


@pytest.mark.parametrize("attack", ["no session", "expired", "forged", "a link's token", "another password"])
def test_nothing_passes_without_a_session(
    desk_app: Flask, client: FlaskClient, dump: Callable[[], list[Any]], execute: Callable[[str], Any], attack: str
) -> None:
    cookie, form_token = sign_in(desk_app)
    if attack == "no session":
        cookie = ""
    elif attack == "expired":
        execute("UPDATE desk_sign_ins SET expires_at = 1")
    elif attack == "forged":
        cookie = cookie[:-1] + ("A" if cookie[-1] != "A" else "B")
    elif attack == "a link's token":
        cookie = f"desk={desk_app.extensions['twin'].desk.accounts.make_link_token()}"
    else:
        execute("UPDATE desk_sign_ins SET password = 'that of another'")
    before = dump()
    for route in ROUTES.values():
        if not route.opens:
            assert_refused(call(client, route, OWN, cookie, form_token))
    assert dump() == before


def test_a_neighbours_cookie_does_not_sign_the_owner_out(desk_app: Flask, client: FlaskClient) -> None:
    cookie, _ = sign_in(desk_app)
    headers = {**OWN, "Cookie": f"desk=forged; desk=; {cookie}; desk=forged"}
    assert client.get("/desk", HERE, headers=headers).status_code == 200


@pytest.mark.parametrize("forged", ["", "0" * 64, "\ud800", "of another session"])
def test_no_change_passes_without_the_sessions_form_token(
    desk_app: Flask, client: FlaskClient, dump: Callable[[], list[Any]], forged: str
) -> None:
    cookie, _ = sign_in(desk_app)
    form_token = sign_in(desk_app)[1] if forged == "of another session" else forged.encode(errors="replace").decode()
    before = dump()
    for route in ROUTES.values():
        if route.method == "POST" and not route.opens:
            assert_refused(call(client, route, OWN, cookie, form_token))
    assert dump() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_other_method_passes(desk_app: Flask, client: FlaskClient, method: str) -> None:
    cookie, form_token = sign_in(desk_app)
    preflight = {"Origin": NEIGHBOUR, "Access-Control-Request-Method": "POST"}
    for route in ROUTES.values():
        for headers in (OWN, preflight):
            response = call(client, route._replace(method=method), headers, cookie, form_token)
            assert response.status_code == 405
            assert_guarded(response)


def test_where_there_is_no_desk_each_path_is_unknown(model: object, database_url: str) -> None:
    settings = {"OPENAI_API_KEY": KEY, "DATABASE_URL": database_url, "CORS_ORIGINS": "*"}
    for more in ({}, {"MEMORY": "on"}):
        app = create_app({**settings, **more, "TESTING": True})
        client = app.test_client()
        for route in ROUTES.values():
            for method in ("GET", "POST", "OPTIONS"):
                there, nowhere = (
                    client.open(path, HERE, method=method, headers=OWN) for path in (route.path, "/nowhere")
                )
                if method == "OPTIONS":
                    assert there.status_code == 404
                    continue
                assert there.status_code == nowhere.status_code == 404
                without_id = [re.sub("[0-9a-f-]{36}", "", f"{each.headers}{each.text}") for each in (there, nowhere)]
                assert re.sub(r"Access-Control.*\r?\n", "", without_id[1]) == without_id[0]
    memory = app.extensions["twin"].memory
    link = app.extensions["twin"].desk.accounts.make_link_token()
    assert client.get("/desk/link", headers=OWN).status_code == 200
    memory.database.run(lambda connection: connection.exec_driver_sql("UPDATE desk_sign_ins SET expires_at = 1"))
    assert client.post("/desk/link", headers=OWN, data={"token": link}).status_code == 404
    memory.database.close()


@pytest.mark.parametrize(("scheme", "root"), [("http", ""), ("https", "/twin")])
def test_the_cookie_goes_to_the_desk_alone(desk_app: Flask, scheme: str, root: str) -> None:
    client = desk_app.test_client(use_cookies=False)
    base = f"{scheme}://twin.example.com{root}"
    response = client.post("/desk/sign-in", base, headers=OWN, data={"password": PASSWORD})
    (cookie,) = SimpleCookie(response.headers["Set-Cookie"]).values()
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == (f"{root}/desk", "Strict", "2592000")
    assert cookie["httponly"]
    assert bool(cookie["secure"]) == (scheme == "https")
    assert response.headers["Location"] == f"{root}/desk"


def test_a_read_passes_where_browsers_send_neither_header(desk_app: Flask, client: FlaskClient) -> None:
    cookie, _ = sign_in(desk_app)
    at_home = "http://twin.lan:8000"
    assert client.get("/desk", at_home, headers={"Cookie": cookie}).status_code == 200
    assert client.post("/desk/try", at_home, headers={"Cookie": cookie}).status_code == 403
    proxied = {"Origin": "https://twin.example.com:8443", **OWN}
    assert client.post("/desk/sign-in", HERE, headers=proxied, data={"password": PASSWORD}).status_code == 303
    typed = {"Sec-Fetch-Site": "none", "Cookie": cookie}
    assert client.get("/desk", HERE, headers=typed).status_code == 200
    assert client.post("/desk/try", HERE, headers=typed).status_code == 403
