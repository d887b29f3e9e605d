"""The service as it speaks TLS by itself: what holds without it holds with it, and no byte is sent in plain text."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from twin.web.body import MAX_BODY_BYTES

from ..support.calls import assert_problem, chat_of, chunked, code_of, head, heal, heal_if_hurt, post, status_of
from ..support.scripted_model import ScriptedModel
from ..support.service import PATIENCE, Service


@pytest.fixture(params=["flask run", "gunicorn"])
def secured(
    request: pytest.FixtureRequest, under: Callable[..., Service], certificate: Path, model: ScriptedModel
) -> Service:
    """The service with a certificate of its own, under both servers."""
    return heal_if_hurt(under(request.param, certificate), model)


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 5_000_000])
def test_a_body_that_is_too_large_gets_its_problem(secured: Service, model: ScriptedModel, size: int) -> None:
    assert_problem(post(secured, chat_of(size)), 413, "too_large")
    answer = secured.send(head("Transfer-Encoding: chunked") + chunked(chat_of(MAX_BODY_BYTES + 1)))
    assert (status_of(answer), code_of(answer)) == (413, "too_large")
    assert not model.requests


def test_a_body_that_breaks_off_gets_its_problem(under: Callable[..., Service], certificate: Path) -> None:
    with under("gunicorn", certificate).connect() as visitor:
        visitor.sendall(head("Content-Length: 100") + b'{"message": "Hi"}')
        socket.socket.shutdown(visitor, socket.SHUT_WR)  # without TLS's goodbye, and with its keys kept
        answer = b""
        with suppress(BrokenPipeError):  # newer OpenSSL answers the server's goodbye, which has no way any more
            while piece := visitor.recv(65_536):
                answer += piece
    assert (status_of(answer), code_of(answer)) == (400, "bad_json")


def test_who_speaks_no_tls_hears_nothing_in_plain_text(
    under: Callable[..., Service], certificate: Path, model: ScriptedModel
) -> None:
    service = heal(under("gunicorn", certificate), model)
    before = len(service.log())
    for data in (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01" + bytes(200), b""):
        with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as visitor:
            visitor.sendall(data)
            received = b""
            with suppress(OSError):  # it may have hung up already
                visitor.shutdown(socket.SHUT_WR)
                while piece := visitor.recv(4_096):
                    received += piece
        assert received[:1] in (b"", b"\x15"), received  # nothing, or an alert (RFC 8446, section 5.1)
        assert b"HTTP" not in received
    assert service.chat().status_code == 200
    assert "Traceback" not in service.log()[before:]


def test_hundreds_of_requests_in_one_piece_leave_others_their_turn(
    under: Callable[..., Service], certificate: Path, model: ScriptedModel
) -> None:
    service, count, received = heal(under("gunicorn", certificate), model), 2_000, 0
    with service.connect() as visitor:
        visitor.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * count)  # 72 KB, which the system takes at once
        assert service.chat().status_code == 200
        while received < count:
            piece = visitor.recv(65_536)
            assert piece, f"closed after {received} answers"
            received += piece.count(b"HTTP/1.1 200")
