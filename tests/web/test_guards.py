from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.web.body import BODY_SECONDS, MAX_BODY_BYTES
from twin.web.headers import DEFAULT_HEADERS

from ..support.calls import assert_problem, chat_of, chunked, code_of, head, heal, post, status_of
from ..support.scripted_model import ScriptedModel
from ..support.service import Service, wait_until

ORIGIN = "http://localhost:3000"


def test_takes_a_body_of_the_largest_size(service: Service) -> None:
    assert post(service, chat_of(MAX_BODY_BYTES)).status_code == 200


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 5_000_000])
def test_refuses_a_larger_declared_body(service: Service, model: ScriptedModel, size: int) -> None:
    assert_problem(post(service, chat_of(size)), 413, "too_large")
    assert not model.requests


def test_takes_a_chunked_body_of_the_largest_size(service: Service) -> None:
    answer = service.send(head("Transfer-Encoding: chunked") + chunked(chat_of(MAX_BODY_BYTES)))
    assert status_of(answer) == 200


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 1_000_000])
def test_refuses_a_larger_chunked_body(service: Service, model: ScriptedModel, size: int) -> None:
    answer = service.http.post(
        "/chat",
        content=iter([chat_of(size)]),
        headers={"Content-Type": "application/json"},
    )
    assert_problem(answer, 413, "too_large")
    assert not model.requests


@pytest.mark.parametrize(
    "data",
    [
        head("Content-Length: 100") + b'{"message": "Hi"}',
        head("Transfer-Encoding: chunked") + b'11\r\n{"message": "Hi"}\r\n',
        head("Transfer-Encoding: chunked") + b'11\r\n{"message"',
        head("Transfer-Encoding: chunked") + b"zz\r\n",
        head("Transfer-Encoding: chunked") + b"-5\r\nHello\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"5\r\nHello0\r\n\r\n",
        head(),
        head("Content-Length: 0"),
    ],
)
def test_refuses_a_body_that_does_not_arrive_whole(service: Service, model: ScriptedModel, data: bytes) -> None:
    answer = service.send(data, end=True)
    assert (status_of(answer), code_of(answer)) == (400, "bad_json")
    assert not model.requests


def test_gives_up_on_a_body_that_does_not_come(
    under: Callable[..., Service], certificate: Path, model: ScriptedModel
) -> None:
    assert BODY_SECONDS == 20
    developing = under("flask run", certificate)
    chosen = [under("flask run"), under("gunicorn"), under("gunicorn", certificate)]
    services = [heal(service, model) for service in chosen]
    framings = ["Content-Length: 1000", "Transfer-Encoding: chunked"]
    with ThreadPoolExecutor() as pool:
        drips = [pool.submit(each.send, head(framing) + b"5\r\n") for each in services for framing in framings]
        silenced = pool.submit(developing.send, head(framings[0]) + b"{")
        assert [service.chat().status_code for service in services] == [200] * 3
        assert not any(drip.done() for drip in drips), "the chats had to wait for the bodies"
        answers = [drip.result() for drip in drips]
        with pytest.raises(ssl.SSLError, match="ALERT"):  # in TLS too, of which that server then says no more
            silenced.result()
    assert [(status_of(answer), code_of(answer)) for answer in answers] == [(400, "bad_json")] * 6
    assert len(model.requests) == 3


BAD_REQUESTS = {
    "no Host": b"GET /health HTTP/1.1\r\n\r\n",
    "empty Host": b"GET /health HTTP/1.1\r\nHost:\r\n\r\n",
    "Host that is none": b"GET /health HTTP/1.1\r\nHost: a b<c>\r\n\r\n",
    "Host with two ports": b"GET /health HTTP/1.1\r\nHost: a:80:80\r\n\r\n",
    "Host of a dot": b"GET /health HTTP/1.1\r\nHost: .\r\n\r\n",
}


@pytest.mark.parametrize("data", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_wants_a_host(service: Service, data: bytes) -> None:
    answer = service.send(data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert (status_of(answer), code_of(answer)) == (400, "bad_host")


BROKEN_REQUESTS = {
    "unknown transfer coding": head("Transfer-Encoding: cow"),
    "gzip and chunked": head("Transfer-Encoding: gzip, chunked") + chunked(b"{}"),
    "gzip and chunked, valid": head("Transfer-Encoding: gzip, chunked") + chunked(chat_of(50)),
    "two lengths": head("Content-Length: 2", "Content-Length: 3") + b"{}!",
    "length and chunked": head("Content-Length: 2", "Transfer-Encoding: chunked") + chunked(b"{}"),
    "length no number": head("Content-Length: two") + b"{}",
    "negative length": head("Content-Length: -2") + b"{}",
    "SCRIPT_NAME from outside": head("SCRIPT_NAME: /x", "Content-Length: 2") + b"{}",
    "long path": b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "long header": head("X-Long: " + "x" * 70_000),
    "many headers": head(*[f"X-{i}: 1" for i in range(500)]),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "version 9": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "header without colon": b"GET / HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n",
    "unknown expectation": head("Expect: a-miracle", "Content-Length: 2") + b"{}",
}


@pytest.mark.parametrize("data", BROKEN_REQUESTS.values(), ids=BROKEN_REQUESTS.keys())
def test_a_broken_request_ends_in_a_4xx_or_a_closed_connection(
    gunicorn: Service, model: ScriptedModel, data: bytes
) -> None:
    answer = gunicorn.send(data, end=True)
    assert status_of(answer) == 0 or 400 <= status_of(answer) < 500, answer
    assert not model.requests


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_no_body_makes_it_fail(service: Service, body: bytes | str) -> None:
    assert 400 <= post(service, body).status_code < 500


@pytest.mark.parametrize("path", ["/nowhere", "/chat/", "/%ff", "/health/x"])
def test_an_unknown_path_is_not_found(service: Service, path: str) -> None:
    assert_problem(
        service.http.post(
            path,
        ),
        404,
        "not_found",
    )


@pytest.mark.parametrize(("method", "path"), [("GET", "/chat"), ("DELETE", "/chat"), ("POST", "/"), ("PUT", "/health")])
def test_a_wrong_method_is_told_the_right_ones(service: Service, method: str, path: str) -> None:
    answer = service.http.request(
        method,
        path,
    )
    assert_problem(answer, 405, "method_not_allowed")
    assert "OPTIONS" in answer.headers["Allow"]


@pytest.mark.parametrize("request_id", ["abc-123", "a" * 128, "00-4bf92f.x:y/z+=@"])
def test_keeps_a_sane_request_id(service: Service, request_id: str) -> None:
    answer = service.http.get(
        "/nowhere",
        headers={"X-Request-ID": request_id},
    )
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == request_id


@pytest.mark.parametrize("request_id", ["", "a" * 129, "with space", "quote\"'", "é", "<script>"])
def test_replaces_any_other_request_id(service: Service, request_id: str) -> None:
    answer = service.http.get(
        "/health",
        headers={"X-Request-ID": request_id.encode()},
    )
    assert UUID(answer.headers["X-Request-ID"])


def test_a_listed_origin_may_call(service: Service) -> None:
    answer = service.http.post(
        "/chat",
        json={"message": "Hi"},
        headers={"Origin": ORIGIN},
    )
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed == {"RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"}


@pytest.mark.parametrize("headers", [{}, {"Origin": ORIGIN}, {"Origin": "https://other.example"}])
def test_no_cache_gives_one_website_what_was_sent_to_another(service: Service, headers: dict[str, str]) -> None:
    for path in ("/widget.js", "/nowhere"):
        assert "Origin" in service.http.get(path, headers=headers).headers["Vary"]


def test_a_listed_origin_sees_errors_too(service: Service) -> None:
    for path in ("/nowhere", "/chat"):
        answer = service.http.get(
            path,
            headers={"Origin": ORIGIN},
        )
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def preflight(service: Service, origin: str, method: str = "POST", path: str = "/chat") -> httpx2.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    return service.http.options(path, headers=headers)


@pytest.mark.parametrize(("method", "path"), [("POST", "/chat"), ("DELETE", f"/sessions/{UUID(int=1)}")])
def test_answers_a_preflight_which_is_good_for_two_hours(service: Service, method: str, path: str) -> None:
    answer = preflight(service, ORIGIN, method, path)
    assert answer.status_code == 200
    assert method in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
    assert answer.headers["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Max-Age" not in service.http.get("/health", headers={"Origin": ORIGIN}).headers


@pytest.mark.parametrize(
    "origin", ["http://localhost:3001", "https://localhost:3000", "http://localhost:3000.evil.example", "null"]
)
def test_another_origin_may_not_call(service: Service, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(service, origin).headers


@pytest.mark.parametrize(
    ("setting", "origin", "allowed", "credentials"),
    [
        (" https://a.example/ , http://[::1]:5173", "https://a.example", "https://a.example", "true"),
        (" https://a.example/ , http://[::1]:5173", "http://[::1]:5173", "http://[::1]:5173", "true"),
        ("https://a.example", "https://axexample", None, None),
        ("*", "https://anything.example", "*", None),
    ],
)
def test_origins_come_from_the_setting(
    start_service: Callable[..., Service], setting: str, origin: str, allowed: str | None, credentials: str | None
) -> None:
    service = start_service("gunicorn", CORS_ORIGINS=setting)
    answer = preflight(service, origin)
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed
    assert answer.headers.get("Access-Control-Allow-Credentials") == credentials


def test_a_flood_that_nobody_reads_is_ended_and_does_not_stop_the_others(gunicorn: Service) -> None:
    def flood() -> None:
        with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=60) as connection, suppress(OSError):
            connection.sendall(head("Content-Length: 99999999999", path="/nowhere").replace(b"close", b"keep-alive"))
            while True:
                connection.sendall(b"x" * 1_000_000)

    with ThreadPoolExecutor() as pool:
        flooded = pool.submit(flood)
        assert [gunicorn.chat().status_code for _ in range(20)] == [200] * 20
        flooded.result()
    assert "WORKER TIMEOUT" not in gunicorn.log()


ALL_PATHS = ["/", "/health", "/ready", "/openapi.json", "/docs", "/widget", "/widget/panel", "/widget.js", "/nowhere"]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("path", ALL_PATHS)
def test_every_answer_tells_browsers_to_be_careful(gunicorn: Service, path: str, accept: str) -> None:
    headers = gunicorn.http.get(path, headers={"Accept": accept}).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors" in policy
    assert "script-src 'self'" in policy or "script-src" not in policy
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


def test_what_the_app_never_sees_is_refused_as_carefully(gunicorn: Service) -> None:
    for data, status in [
        (b"no HTTP\r\n\r\n", 400),
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (head("X-Long: " + "x" * 9_000), 431),
        (head(*[f"X-{number}: {'x' * 8_000}" for number in range(3)]), 431),
    ]:
        answer = gunicorn.send(data)
        assert status_of(answer) == status
        for name, value in DEFAULT_HEADERS.items():
            assert f"{name}: {value}".encode() in answer


def test_a_header_that_would_keep_a_parser_busy_counts_as_none(gunicorn: Service) -> None:
    headers = {"Accept": "text/html," + "a/b," * 300, "Accept-Encoding": "gzip," * 300}
    assert gunicorn.http.get("/", headers=headers).json() == {"message": "AI Digital Twin API"}


def test_hundreds_of_requests_in_one_piece_leave_others_their_turn(gunicorn: Service) -> None:
    count = 3_000
    request = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=60) as connection:

        def read_all() -> None:
            received = 0
            while received < count:
                received += connection.recv(65_536).count(b"HTTP/1.1 200")

        with ThreadPoolExecutor() as pool:
            sent = pool.submit(connection.sendall, request * count)
            assert connection.recv(10, socket.MSG_PEEK)
            read = pool.submit(read_all)
            assert gunicorn.chat().status_code == 200
            assert not read.done(), "the chat had to wait for all of them"
            sent.result()
            connection.shutdown(socket.SHUT_RD)


def test_it_may_open_as_many_files_as_the_machine_allows(gunicorn: Service) -> None:
    limits = Path(f"/proc/{gunicorn.process.pid}/limits").read_text()
    (soft, hard) = re.search(r"Max open files +(\d+) +(\d+)", limits).groups()
    assert soft == hard


@pytest.mark.parametrize("body", [{"message": "Hi"}, {"message": ""}])
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_no_answer_is_kept_and_no_cookie_is_set(service: Service, body: dict[str, str], accept: str) -> None:
    answer = service.http.post("/chat", json=body, headers={"Accept": accept, "Cookie": "session=x"})
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(("proxies", "is_told"), [("1", True), ("0", False)])
def test_browsers_that_come_by_tls_are_told_to_stay_with_it(
    start_service: Callable[..., Service], proxies: str, is_told: bool
) -> None:
    service = start_service("gunicorn", TRUSTED_PROXIES=proxies)
    headers = service.http.get("/health", headers={"X-Forwarded-Proto": "https"}).headers
    assert ("Strict-Transport-Security" in headers) is is_told
    headers = service.http.get("/health", headers={"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "on"}).headers
    assert "Strict-Transport-Security" not in headers


def test_only_the_allowed_hosts_are_answered(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", ALLOWED_HOSTS="Twin.example, .ada.example, [::1], 127.0.0.1")
    for host in ("twin.example", "TWIN.example:8000", "ada.example", "a.b.ada.example", "[::1]:8000", "127.0.0.1"):
        assert service.http.get("/health", headers={"Host": host}).status_code == 200, host
    for host in (
        "evil.example",
        "nottwin.example",
        "notada.example",
        "twin.example.evil.example",
        "localhost",
        "[::2]",
    ):
        assert_problem(service.http.get("/health", headers={"Host": host}), 400, "bad_host")
        headers = {"Host": host, "X-Forwarded-Host": "ada.example"}
        assert_problem(service.http.post("/chat", json={"message": "Hi"}, headers=headers), 400, "bad_host")
    assert not model.requests


@pytest.mark.soak
def test_clients_that_drip_slow_nobody_down_and_are_gone_within_a_minute(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn")
    starts = [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
        b"POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5",
        b"G",
        b"",
    ]
    dripping: dict[socket.socket, float] = {}
    for number in range(200):
        connection = socket.create_connection(("127.0.0.1", service.port))
        connection.sendall(starts[number % len(starts)])
        connection.settimeout(0)
        dripping[connection] = time.monotonic()
    lasted: list[float] = []
    asked = 0
    while dripping:
        assert service.chat().status_code == 200
        asked += 1
        for connection in list(dripping):
            try:
                connection.send(b"x")
                is_closed = connection.recv(65_536) == b""
            except BlockingIOError:
                is_closed = False
            except OSError:
                is_closed = True
            if is_closed:
                lasted.append(time.monotonic() - dripping.pop(connection))
                connection.close()
        time.sleep(1)
    assert max(lasted) < 60
    assert asked > 10


@pytest.mark.soak
def test_who_never_reads_a_file_is_gone_within_a_minute(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn")
    big = service.root / "twin" / "web" / "meta" / "docs" / "big.txt"
    big.write_bytes(b"x" * 20_000_000)
    request = b"GET /docs/big.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    visitors = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(20)]
    for visitor in visitors:
        visitor.sendall(request)
    began = time.monotonic()
    wait_until(lambda: service.log().count("/docs/<name>") == 20, "they are served for ever")
    assert time.monotonic() - began < 60
    for visitor in visitors:
        visitor.close()
    big.unlink()  # from where other services may find it
