"""Who may read /metrics, and where."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import psutil
import pytest

from twin.settings import Settings
from twin.web.metrics_port import is_on_metrics_port

from ...support.calls import assert_problem
from ...support.metrics import read, scrape
from ...support.scripted_model import ScriptedModel
from ...support.service import PATIENCE, Service, free_port, wait_until
from ...support.settings import KEY, METRICS_TOKEN

RIGHT = f"Bearer {METRICS_TOKEN}"
LOCAL = httpx2.Limits(max_keepalive_connections=0)


def get(service: Service, authorization: str = "", **headers: str) -> httpx2.Response:
    sent = headers | ({"Authorization": authorization} if authorization else {})
    return service.http.get("/metrics", headers=sent)


@pytest.mark.parametrize("authorization", [RIGHT, f"bearer  {METRICS_TOKEN}"])
def test_gives_metrics_for_the_token(service: Service, authorization: str) -> None:
    answer = get(service, authorization)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert read(answer.text)["twin_workers", ()] == 1


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Basic {METRICS_TOKEN}", METRICS_TOKEN, RIGHT[:-1], RIGHT + "0", "Bearer \xe9\xff"],
)
def test_refuses_a_wrong_token_and_none(gunicorn: Service, authorization: str) -> None:
    answer = gunicorn.http.get("/metrics", headers=[(b"Authorization", authorization.encode("latin-1"))])
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert METRICS_TOKEN not in answer.text + gunicorn.log()


def test_is_not_there_without_a_token(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn")
    for headers in ({}, {"Authorization": "Bearer"}, {"X-Forwarded-For": "127.0.0.1"}, {"Host": "127.0.0.1"}):
        assert_problem(service.http.get("/metrics", headers=headers), 404, "not_found")


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_a_port_of_its_own_is_for_this_machine_and_metrics_alone(
    start_service: Callable[..., Service], model: ScriptedModel, command: str
) -> None:
    port = free_port()
    service = start_service(command, METRICS_PORT=str(port), ALLOWED_HOSTS="twin.example,127.0.0.1,localhost")
    local = httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx2.HTTPTransport(limits=LOCAL))

    def is_there() -> bool:
        try:
            return local.get("/metrics").status_code == 200
        except httpx2.HTTPError:
            return False

    wait_until(is_there)
    for host in ("127.0.0.1", f"localhost:{port}", "LOCALHOST"):
        answer = local.get("/metrics", headers={"Host": host})
        assert read(answer.text)["twin_chats_in_flight", ()] == 0
    for host in ("evil.example", "twin.example", f"127.0.0.1.evil.example:{port}", "0.0.0.0", "[::1]", "a b"):
        assert_problem(local.get("/metrics", headers={"Host": host}), 400, "bad_host")
    for path in ("/", "/health", "/docs", "/nothing"):
        assert_problem(local.get(path), 404, "not_found")
    assert_problem(local.get("/metrics", headers={"Origin": "http://localhost:3000"}), 404, "not_found")
    assert_problem(local.post("/chat", json={"message": "Hi"}), 404, "not_found")
    assert model.requests == []
    # The public port knows nothing of it, whatever a client claims.
    for host in ("127.0.0.1", f"127.0.0.1:{port}", f"localhost:{port}"):
        assert_problem(service.http.get("/metrics", headers={"Host": host}), 404, "not_found")
    listening = [each for each in psutil.net_connections("tcp") if each.status == "LISTEN" and each.laddr.port == port]
    assert {each.laddr.ip for each in listening} == {"127.0.0.1"}


def test_on_a_unix_socket_no_host_header_makes_it_the_port_of_metrics() -> None:
    """There gunicorn makes SERVER_NAME and SERVER_PORT of what the client sends."""
    settings = Settings(openai_api_key=KEY, metrics_port=9464)
    claimed = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "9464", "HTTP_HOST": "127.0.0.1:9464"}
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert not is_on_metrics_port(claimed | {"gunicorn.socket": ours}, settings)
    assert not is_on_metrics_port(claimed | {"gunicorn.socket": ours}, settings)  # closed
    assert not is_on_metrics_port(claimed, settings)


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_a_port_that_is_taken_stops_the_start_in_one_line(start_service: Callable[..., Service], command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = start_service(command, wait=False, METRICS_PORT=str(taken.getsockname()[1]))
        assert service.process is not None
        assert service.process.wait(PATIENCE) != 0
    assert "METRICS_PORT: port" in service.log()
    assert "Traceback" not in service.log()


def test_many_may_read_at_once_beside_the_chats(gunicorn: Service, model: ScriptedModel) -> None:
    before = scrape(gunicorn)["twin_chats_total", ("chat", "stop")]
    with ThreadPoolExecutor(16) as pool:
        chats = [pool.submit(gunicorn.chat) for _ in range(16)]
        scrapes = [pool.submit(scrape, gunicorn) for _ in range(48)]
        assert {chat.result().status_code for chat in chats} == {200}
        counts = [samples.result()["twin_chats_total", ("chat", "stop")] for samples in scrapes]
    assert all(before <= count <= before + 16 for count in counts)
    wait_until(lambda: scrape(gunicorn)["twin_chats_total", ("chat", "stop")] == before + 16)
