from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from twin.errors import InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, ModelTimeout, TwinError
from twin.llm.answers import Answer
from twin.llm.embedded import EmbeddedModel
from twin.llm.model import Model
from twin.llm.retries import MAX_ATTEMPTS
from twin.settings import Settings
from twin.web.problems import Problem

from ..support.calls import heal
from ..support.holds import MESSAGES, CountedHold, NoHold
from ..support.scripted_model import (
    ScriptedModel,
    Step,
    answers,
    chunk,
    completion,
    drips,
    fails,
    floods,
    later,
    sends,
    waits_for,
    writes,
)
from ..support.service import Service, wait_until
from ..support.settings import IMPATIENT

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@pytest.fixture
def connect(model: ScriptedModel) -> Iterator[Callable[..., Model]]:
    """Make a Model that calls the scripted one, with settings."""
    made = []

    def with_settings(**settings: Any) -> Model:
        base = {"openai_api_key": "sk-test", "openai_base_url": model.url, "chat_deadline": 5}
        made.append(Model(Settings(**(base | settings)), EmbeddedModel(Path("unused"))))
        return made[-1]

    yield with_settings
    for twin in made:
        twin.close()


def test_sends_the_messages_and_no_more_than_is_set(model: ScriptedModel, connect: Connect) -> None:
    assert connect().answer(MESSAGES, NoHold).text == "Hello from the model."
    assert model.requests == [{"model": "gpt-4o-mini", "messages": MESSAGES, "max_tokens": 2000}]
    assert model.headers[0]["authorization"] == "Bearer sk-test"


def test_sends_what_is_set(model: ScriptedModel, connect: Connect) -> None:
    extra = {"reasoning_effort": "low", "seed": 7}
    connect(openai_model="m", openai_temperature=0.0, max_output_tokens=9, openai_extra=extra).answer(MESSAGES, NoHold)
    assert model.requests == [{"model": "m", "messages": MESSAGES, "max_tokens": 9, "temperature": 0.0} | extra]


def test_leaves_out_what_is_null(model: ScriptedModel, connect: Connect) -> None:
    twin = connect(openai_extra={"stream_options": None, "seed": 7})
    list(twin.stream(MESSAGES, NoHold))
    assert model.requests == [
        {"model": "gpt-4o-mini", "messages": MESSAGES, "max_tokens": 2000, "stream": True, "seed": 7}
    ]


def test_azures_classic_form_has_the_version_in_the_query_and_the_key_in_a_header_of_its_own(
    model: ScriptedModel, connect: Connect
) -> None:
    base = model.url.removesuffix("/v1") + "/openai/deployments/mine?api-version=2024-10-21"
    assert connect(openai_base_url=base).answer(MESSAGES, NoHold).text == "Hello from the model."
    assert model.paths == ["/openai/deployments/mine/chat/completions?api-version=2024-10-21"]
    assert model.headers[0]["api-key"] == "sk-test"
    assert "authorization" not in model.headers[0]


def test_azures_other_paths_are_called_as_they_are(model: ScriptedModel, connect: Connect) -> None:
    base = model.url.removesuffix("/v1") + "/models?api-version=2024-05-01-preview"
    connect(openai_base_url=base).answer(MESSAGES, NoHold)
    assert model.paths == ["/models/chat/completions?api-version=2024-05-01-preview"]


def test_a_base_url_may_have_no_path(model: ScriptedModel, connect: Connect) -> None:
    for end in ("", "/", "/v1/"):
        connect(openai_base_url=model.url.removesuffix("/v1") + end).answer(MESSAGES, NoHold)
    assert model.paths == ["/chat/completions"] * 2 + ["/v1/chat/completions"]


def test_a_query_of_the_base_url_is_sent_with_each_request(model: ScriptedModel, connect: Connect) -> None:
    connect(openai_base_url=model.url + "?team=ada").answer(MESSAGES, NoHold)
    assert model.paths == ["/v1/chat/completions?team=ada"]


def test_further_headers_go_to_the_server_that_they_are_for(model: ScriptedModel, connect: Connect) -> None:
    headers = '{"Helicone-Auth": "Bearer sk-helicone", "X-Title": "Ada"}'
    twin = connect(openai_headers=headers, fallback_model="second", fallback_base_url=model.url + "/second")
    model.script.append(fails(401))
    twin.answer(MESSAGES, NoHold)
    assert [request.get("helicone-auth") for request in model.headers] == ["Bearer sk-helicone", None]
    assert model.headers[0]["x-title"] == "Ada"


def test_cookies_do_not_join_one_chat_to_another(model: ScriptedModel, connect: Connect) -> None:
    twin = connect()
    model.script.append(sends(completion(), set_cookie="who=visitor"))
    for _ in range(2):
        twin.answer(MESSAGES, NoHold)
    assert model.connections == 1
    assert all("cookie" not in request for request in model.headers)


@pytest.mark.parametrize("method", ["answer", "stream"])
@pytest.mark.parametrize(
    "pack", [gzip.compress, zlib.compress, lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])]
)
def test_takes_a_compressed_answer_although_it_asked_for_none(
    model: ScriptedModel, connect: Connect, method: str, pack: Callable[[bytes], bytes]
) -> None:
    model.otherwise = sends(pack(completion()), content_encoding="gzip")
    answers = connect().stream(MESSAGES, NoHold) if method == "stream" else [connect().answer(MESSAGES, NoHold)]
    assert [each.text for each in answers if isinstance(each, Answer)] == ["Hello from the model."]
    assert model.headers[0]["accept-encoding"] == "identity"


def test_declined_questions_do_not_open_the_breaker(model: ScriptedModel, connect: Connect) -> None:
    twin = connect()
    model.asked = {"Rude": fails(400, "data_inspection_failed")}
    rude = [{"role": "user", "content": "Rude"}]
    for number in range(100):
        reply = twin.answer(rude if number % 10 < 6 else MESSAGES, NoHold)
        assert reply.finish_reason == ("content_filter" if number % 10 < 6 else "stop")


def test_thinking_that_never_ends_does_not_open_the_breaker(model: ScriptedModel, connect: Connect) -> None:
    twin = connect()
    model.otherwise = answers("<think>Hm.")
    for _ in range(6):
        with pytest.raises(ModelFailed):
            twin.answer(MESSAGES, NoHold)
    model.otherwise = answers()
    assert twin.answer(MESSAGES, NoHold).text == "Hello from the model."


@pytest.mark.parametrize(
    ("body", "released"), [({"error": {"code": 429}}, 3), (chunk() + b'data: {"error": {"code": 429}}\n\n', 0)]
)
def test_an_error_in_a_200_costs_nothing_where_no_output_came(
    model: ScriptedModel, connect: Connect, body: dict[str, Any] | bytes, released: int
) -> None:
    holds = type("Hold", (CountedHold,), {})
    model.otherwise = sends(body)
    with pytest.raises(ModelBusy):
        connect().answer(MESSAGES, holds)
    assert (holds.made, holds.released) == (3, released)


def test_a_server_that_knows_no_stream_options_is_asked_without_them(model: ScriptedModel, connect: Connect) -> None:
    twin = connect()
    model.script.append(sends({"error": {"message": "Unknown field: stream_options"}}, 400))
    for _ in range(2):
        list(twin.stream(MESSAGES, NoHold))
    assert ["stream_options" in request for request in model.requests] == [True, False, False]


def test_a_server_without_keys_gets_one_all_the_same(model: ScriptedModel, connect: Connect) -> None:
    connect(openai_api_key=None).answer(MESSAGES, NoHold)
    assert model.headers[0]["authorization"].startswith("Bearer ")


Connect = Callable[..., Model]
FAILURES: dict[str, Step] = {
    "500": fails(500),
    "502 in HTML": sends("<html>", 502, content_type="text/html"),
    "409": fails(409),
    "reset at once": writes(b"", then="reset"),
    "closed at once": writes(b""),
    "reset in the head": writes(HEAD, then="reset"),
    "reset in the body": writes(HEAD + b"content-length: 500\r\n\r\n{", then="reset"),
    "body cut short": writes(HEAD + b'content-length: 500\r\n\r\n{"choices":'),
    "no HTTP": writes(b"garbage\r\n\r\n"),
    "bad chunk": writes(HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n"),
    "no such charset": sends({"error": "PROVIDER"}, 500, content_type="application/json; charset=quopri"),
    "bad gzip": writes(HEAD + b"content-length: 4\r\n\r\n\x1f\x8bpe"),
    "half of a gzip": sends(gzip.compress(completion())[:-20]),
    "a bomb": sends(gzip.compress(b" " * (17 * 1024 * 1024)), content_encoding="gzip"),
    "an error that is a bomb": sends(gzip.compress(b" " * (17 * 1024 * 1024)), 500, content_encoding="gzip"),
    "HTML": sends("<html>hello</html>", content_type="text/html"),
    "nothing": sends(b""),
    "not UTF-8": sends(b'{"choices": "\xff"}'),
    "half of JSON": sends(completion()[:40]),
    "null": sends(b"null"),
    "a list": sends(b"[]"),
    "a string": sends(b'"hello"'),
    "no choices": sends({}),
    "empty choices": sends({"choices": []}),
    "null choices": sends({"choices": None}),
    "a null choice": sends({"choices": [None]}),
    "no message": sends({"choices": [{"finish_reason": "stop"}]}),
    "null content": answers(None),
    "empty content": answers(""),
    "blank content": answers(" \n"),
    "content of another type": answers({"text": "Hi"}),
    "an endless body": writes(HEAD + b"\r\n" + b" " * (17 * 1024 * 1024)),
    "an endless error": writes(b"HTTP/1.1 500 X\r\n\r\n" + b" " * (17 * 1024 * 1024)),
    "an error with 200": sends({"error": {"message": "PROVIDER WORDS"}}),
}


@pytest.mark.parametrize("step", FAILURES.values(), ids=FAILURES.keys())
def test_tries_again_what_may_pass(model: ScriptedModel, connect: Connect, step: Step) -> None:
    model.script.append(step)
    assert connect().answer(MESSAGES, NoHold).text == "Hello from the model."
    assert len(model.requests) == 2


@pytest.mark.parametrize("name", ["500", "reset in the body", "HTML", "no choices", "null content"])
def test_gives_up_after_the_third_attempt(
    model: ScriptedModel, connect: Connect, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    model.otherwise = FAILURES[name]
    with pytest.raises(ModelFailed):
        connect().answer(MESSAGES, NoHold)
    assert len(model.requests) == MAX_ATTEMPTS == 3
    assert caplog.records
    assert "PROVIDER" not in caplog.text


def test_gives_up_where_nobody_listens(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ModelFailed):
        connect(openai_base_url="http://127.0.0.1:1/v1").answer(MESSAGES, NoHold)
    assert "Connection refused" in caplog.text
    assert "OPENAI_BASE_URL" in caplog.text


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_model(authority: trustme.CA) -> Iterator[ScriptedModel]:
    """A scripted model that speaks TLS, with a certificate that only `authority` vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    model = ScriptedModel(context)
    yield model
    model.close()


def test_an_authority_from_the_environment_is_trusted_and_its_calls_end_in_time(
    start_service: Callable[..., Service], tls_model: ScriptedModel, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    settings = {"OPENAI_BASE_URL": tls_model.url, "SSL_CERT_FILE": str(tmp_path / "ca.pem"), "CHAT_DEADLINE": "2"}
    service = start_service("gunicorn", **settings)
    assert service.chat().json()["response"] == "Hello from the model."
    for name in ("silence", "a body that drips"):
        tls_model.script.append(ENDLESS[name])
        assert service.chat().status_code == 504
    assert service.chat().status_code == 200


def test_a_certificate_that_nobody_vouches_for_is_refused(
    connect: Connect, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    # Not the scripted model: asyncio leaves connections whose handshake failed unclosed.
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake_hands() -> None:
            connection, _ = listener.accept()
            with connection, suppress(ssl.SSLError):
                context.wrap_socket(connection, server_side=True).close()

        def accept() -> None:
            for _ in range(MAX_ATTEMPTS):
                shake_hands()

        server = threading.Thread(target=accept)
        server.start()
        with pytest.raises(ModelFailed):
            connect(openai_base_url=f"https://127.0.0.1:{listener.getsockname()[1]}/v1").answer(MESSAGES, NoHold)
        server.join()
    assert "certificate verify failed" in caplog.text
    assert "SSL_CERT_FILE" in caplog.text


def test_goes_through_the_environments_proxy(
    model: ScriptedModel, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", model.url.removesuffix("/v1"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert connect(openai_base_url="http://model.invalid/v1").answer(MESSAGES, NoHold).text == "Hello from the model."
    assert model.headers[0]["host"] == "model.invalid"


@pytest.mark.parametrize("proxy", ["socks4://127.0.0.1:1", "::::", "http://127.0.0.1:1", "refuses"])
def test_a_proxy_that_lets_nobody_through_costs_nothing_and_the_log_says_so(
    model: ScriptedModel,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    proxy: str,
) -> None:
    model.otherwise = sends("", 407)
    monkeypatch.setenv("HTTPS_PROXY", model.url.removesuffix("/v1") if proxy == "refuses" else proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    holds = type("Hold", (CountedHold,), {})
    with pytest.raises(ModelFailed):
        connect(openai_base_url="https://model.invalid/v1", chat_deadline=60).answer(MESSAGES, holds)
    assert holds.released == MAX_ATTEMPTS
    assert "HTTPS_PROXY" in caplog.text or proxy == "http://127.0.0.1:1"


@pytest.fixture
def proxy(
    tls_model: ScriptedModel, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[socket.socket]:
    """Where the environment's proxy is to listen, of a service that trusts the model that speaks TLS."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ada:word@127.0.0.1:{listener.getsockname()[1]}")
        yield listener


def test_a_handshake_that_failed_behind_a_proxy_is_tried_anew(
    tls_model: ScriptedModel, connect: Connect, proxy: socket.socket
) -> None:
    def break_off_and_serve() -> None:
        first, _ = proxy.accept()
        with first:
            first.recv(4_096)
            first.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        tunnel(proxy, tls_model, [])

    serving = threading.Thread(target=break_off_and_serve)
    serving.start()
    twin = connect(openai_base_url=tls_model.url)
    assert twin.answer(MESSAGES, NoHold).text == "Hello from the model."
    twin.close()
    serving.join()


def test_a_handshake_that_stalls_ends_with_the_chat(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        twin = connect(openai_base_url=f"https://127.0.0.1:{listener.getsockname()[1]}/v1", chat_deadline=60)
        stream = twin.stream(MESSAGES, NoHold)
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(4_096)  # it says hello
            stream.close()
            connection.settimeout(30)
            with suppress(ConnectionResetError):
                assert not connection.recv(4_096)


def test_speaks_tls_through_a_proxy(tls_model: ScriptedModel, connect: Connect, proxy: socket.socket) -> None:
    heads: list[bytes] = []
    serving = threading.Thread(target=tunnel, args=[proxy, tls_model, heads])
    serving.start()
    twin = connect(openai_base_url=tls_model.url)
    assert [twin.answer(MESSAGES, NoHold).text for _ in range(2)] == ["Hello from the model."] * 2
    twin.close()
    serving.join()
    server = tls_model.url.removeprefix("https://").removesuffix("/v1")
    assert heads[0].startswith(b"CONNECT %b HTTP/1.1\r\n" % server.encode())
    assert b"Proxy-Authorization: Basic YWRhOndvcmQ=" in heads[0]


def tunnel(listener: socket.socket, model: ScriptedModel, heads: list[bytes]) -> None:
    """Be a proxy for one connection (RFC 9110, section 9.3.6), and keep what asks for it."""
    host, port = model.url.removeprefix("https://").removesuffix("/v1").split(":")
    client, _ = listener.accept()
    with client, socket.create_connection((host, int(port))) as other:
        heads.append(b"")
        while b"\r\n\r\n" not in heads[0]:
            heads[0] += client.recv(4_096)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=pass_on, args=[other, client])
        back.start()
        pass_on(client, other)
        back.join()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(4_096):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_a_name_and_word_in_the_address_are_the_servers(model: ScriptedModel, connect: Connect) -> None:
    connect(openai_base_url=model.url.replace("//", "//ada:word@")).answer(MESSAGES, NoHold)
    assert model.headers[0]["authorization"] == "Basic YWRhOndvcmQ="


REFUSALS: dict[str, tuple[Step, str]] = {
    "wrong key": (fails(401, "invalid_api_key"), "OPENAI_API_KEY"),
    "forbidden": (fails(403), "OPENAI_API_KEY"),
    "unknown model": (fails(404, "model_not_found"), "OPENAI_MODEL"),
    "no such path": (sends("<html>PROVIDER</html>", 404, content_type="text/html"), "/v1"),
    "redirect": (sends(b"", 308, location="/v1/chat/completions"), "OPENAI_BASE_URL"),
    "no quota": (fails(429, "insufficient_quota", retry_after="1"), "quota"),
    "bad parameter": (fails(400, "unsupported_parameter"), "OPENAI_EXTRA"),
    "error of strange types": (sends({"error": {"message": 1, "code": {}, "type": []}}, 400), "OPENAI_EXTRA"),
    "error that is a list": (sends(b"[1]", 400), "OPENAI_EXTRA"),
    "length spent on reasoning": (answers("", "length"), "MAX_OUTPUT_TOKENS"),
    "length spent, null": (answers(None, "length"), "MAX_OUTPUT_TOKENS"),
}


@pytest.mark.parametrize(("step", "advice"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_final_and_the_log_says_what_to_mend(
    model: ScriptedModel, connect: Connect, step: Step, advice: str, caplog: pytest.LogCaptureFixture
) -> None:
    model.otherwise = step
    with pytest.raises(ModelMisconfigured):
        connect().answer(MESSAGES, NoHold)
    assert len(model.requests) == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert advice in caplog.text
    assert "PROVIDER" not in caplog.text
    assert "sk-" not in caplog.text


@pytest.mark.parametrize(("code", "kind"), [("context_length_exceeded", None), (400, "exceed_context_size_error")])
def test_a_message_over_the_models_context_is_the_visitors_to_shorten(
    model: ScriptedModel, connect: Connect, code: object, kind: str | None
) -> None:
    model.otherwise = fails(400, code, kind)
    with pytest.raises(InvalidRequest) as invalid:
        connect().answer(MESSAGES, NoHold)
    assert invalid.value.fields[0].field == "message"


@pytest.mark.parametrize("status", [429, 503])
def test_asks_a_busy_model_again_when_it_says(model: ScriptedModel, connect: Connect, status: int) -> None:
    model.script.append(fails(status, retry_after="1"))
    assert connect().answer(MESSAGES, NoHold).text == "Hello from the model."
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("header", "told"), [("30", 30), ("0", 5), ("-3", 5), ("soon", 5), ("99999999999", 5), ("٣", 5)]
)
def test_a_model_that_stays_busy_is_reported_with_its_own_delay(
    model: ScriptedModel, connect: Connect, header: str, told: int
) -> None:
    model.otherwise = fails(429, retry_after=header.encode().decode("latin-1"))
    with pytest.raises(ModelBusy) as busy:
        connect().answer(MESSAGES, NoHold)
    assert busy.value.retry_after == told
    assert len(model.requests) == (1 if told == 30 else 3)


ENDLESS: dict[str, Step] = {
    "silence": writes(b"", then="stall"),
    "half a head": writes(HEAD, then="stall"),
    "half a body": writes(HEAD + b'content-length: 500\r\n\r\n{"choices"', then="stall"),
    "a head that drips": drips(HEAD * 50),
    "a body that drips": drips(HEAD + b"content-length: 5000\r\n\r\n" + b" " * 5000),
    "a body without length that drips": drips(HEAD + b"\r\n" + b" " * 5000),
}


@pytest.mark.parametrize("step", ENDLESS.values(), ids=ENDLESS.keys())
def test_the_deadline_ends_whatever_the_model_does(model: ScriptedModel, connect: Connect, step: Step) -> None:
    model.otherwise = step
    with pytest.raises(ModelTimeout):
        connect(chat_deadline=0.6).answer(MESSAGES, NoHold)
    assert len(model.requests) == 1


def test_a_flood_from_the_model_does_not_stop_the_others(under: Callable[..., Service], model: ScriptedModel) -> None:
    service = heal(under("gunicorn", **IMPATIENT), model)
    model.script.append(floods(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000))
    with ThreadPoolExecutor() as pool:
        flooded = pool.submit(service.chat)
        wait_until(lambda: model.requests)
        assert service.chat().status_code == 200
        assert not flooded.done()
        assert flooded.result().status_code == 504


def test_the_deadline_counts_all_attempts(model: ScriptedModel, connect: Connect) -> None:
    model.script.append(fails(500))
    model.otherwise = later(60, answers())
    with pytest.raises(ModelTimeout):
        connect(chat_deadline=1.5).answer(MESSAGES, NoHold)
    assert len(model.requests) == 2


@pytest.mark.parametrize(("status", "error"), [(503, ModelBusy), (500, ModelFailed)])
def test_a_model_that_fails_until_the_deadline_is_not_called_slow(
    model: ScriptedModel, connect: Connect, monkeypatch: pytest.MonkeyPatch, status: int, error: type[TwinError]
) -> None:
    monkeypatch.setattr("twin.llm.retries.BACKOFF_SECONDS", 61)  # so that another attempt would come after the deadline
    model.otherwise = fails(status)
    with pytest.raises(error):
        connect(chat_deadline=60).answer(MESSAGES, NoHold)
    assert len(model.requests) == 1


def test_a_call_after_an_ended_one_finds_a_good_connection(model: ScriptedModel, connect: Connect) -> None:
    twin = connect(chat_deadline=0.6)
    model.script.append(writes(b"", then="stall"))
    with pytest.raises(ModelTimeout):
        twin.answer(MESSAGES, NoHold)
    assert twin.answer(MESSAGES, NoHold).text == "Hello from the model."


def test_uses_a_connection_again(model: ScriptedModel, connect: Connect) -> None:
    twin = connect()
    for _ in range(5):
        twin.answer(MESSAGES, NoHold)
    assert model.connections == 1


def test_replaces_a_connection_that_the_server_closed(model: ScriptedModel, connect: Connect) -> None:
    twin = connect()
    model.script.append(writes(HEAD + b"content-length: %d\r\n\r\n" % len(completion()) + completion()))
    assert [twin.answer(MESSAGES, NoHold).text for _ in range(2)] == ["Hello from the model."] * 2
    assert model.connections == 2


ANSWER = HEAD + b"content-length: %d\r\n\r\n" % len(completion()) + completion()
ANOTHERS = completion("Another visitor's.")
ANOTHERS = HEAD + b"content-length: %d\r\n\r\n" % len(ANOTHERS) + ANOTHERS


@pytest.mark.parametrize("is_late", [False, True], ids=["in the same packet", "later"])
def test_what_a_server_sends_unasked_answers_nobody(model: ScriptedModel, connect: Connect, *, is_late: bool) -> None:
    sent = threading.Event()

    async def answer_twice(writer: asyncio.StreamWriter) -> bool:
        def send_again() -> None:
            writer.write(ANOTHERS)
            sent.set()

        writer.write(ANSWER if is_late else ANSWER + ANOTHERS)
        asyncio.get_running_loop().call_later(0.05 if is_late else 0, send_again if is_late else sent.set)
        return True

    twin = connect()
    model.script.append(answer_twice)
    first = twin.answer(MESSAGES, NoHold)
    assert sent.wait(60)
    assert [first.text, twin.answer(MESSAGES, NoHold).text] == ["Hello from the model."] * 2
    assert model.connections == 2


def test_calls_at_once_do_not_wait_for_each_other(model: ScriptedModel, connect: Connect) -> None:
    twin, all_came = connect(), threading.Event()
    model.otherwise = waits_for(all_came, answers())
    threads = [threading.Thread(target=twin.answer, args=[MESSAGES, NoHold]) for _ in range(20)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(model.requests) == 20)
    all_came.set()
    for thread in threads:
        thread.join()
    assert model.connections == len(model.requests) == 20


@pytest.mark.parametrize("reason", [None, "eos", "tool_calls", "PROVIDER"])
def test_an_unknown_reason_to_finish_says_nothing(model: ScriptedModel, connect: Connect, reason: str | None) -> None:
    model.otherwise = answers("Hi", reason)
    assert connect().answer(MESSAGES, NoHold).finish_reason == "stop"


def test_every_error_of_the_family_has_its_own_code() -> None:
    codes = [error.code for error in TwinError.__subclasses__()]
    assert len(codes) == len(set(codes))
    assert all(Problem.of(error(), "id").model_dump_json() for error in TwinError.__subclasses__())
