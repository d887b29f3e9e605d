# ruff: noqa: E402 - nothing is imported before the garbage collector is off
"""Parts that tests share: the scripted model, and the service under each server that it is made for."""

from __future__ import annotations

import gc

gc.disable()  # until all tests are collected, of which it would take two fifths

import os
import signal
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from compileall import compile_dir
from contextlib import closing, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from flask import Flask
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect, sync_playwright
from sqlalchemy import create_engine

from twin import create_app

from .support.browsers import Windows, find_chromium, listening
from .support.calls import heal, heal_if_hurt
from .support.schedule import LongestFirst, rank
from .support.scripted_model import ScriptedModel
from .support.service import PATIENCE, ROOT, Service, copy_project, shorten_persona, stop_all, wait_until
from .support.settings import IMPATIENT, KEY, METRICS_TOKEN, UNLIMITED
from .support.stores import PostgresServer, RedisServer
from .support.warm import WarmPythons, WarmServers

hypothesis_settings.register_profile("patient", deadline=None)  # these machines are shared: no test asserts a time
hypothesis_settings.load_profile("patient")
expect.set_options(timeout=PATIENCE * 1_000)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as after `make test &`: what tests interrupt would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
WARM, WARM_FOLDER = pytest.StashKey[WarmServers](), "TWIN_WARM_FOLDER"
STRICT = {"Content-Security-Policy": "style-src 'none'; img-src 'none'"}
PORTRAIT = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the code once, and start the warm Pythons that all workers share."""
    if not hasattr(config, "workerinput"):
        compile_dir(ROOT / "twin", quiet=2)
        if config.getoption("numprocesses", None):
            config.stash[WARM] = WarmServers()
            os.environ[WARM_FOLDER] = str(config.stash[WARM].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the warm Pythons."""
    if servers := config.stash.get(WARM, None):
        servers.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    """Collect garbage again, but not among what was made until now."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst:
    """Keep together the tests that share much, whatever `--dist` says."""
    return LongestFirst(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once for each reason how many tests it skipped."""
    reasons = Counter(
        report.longrepr[-1].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} skipped: {reason}")


@pytest.fixture(scope="session")
def _model() -> Iterator[ScriptedModel]:
    model = ScriptedModel()
    yield model
    model.close()


@pytest.fixture
def model(_model: ScriptedModel) -> ScriptedModel:
    """The scripted model, with nothing of an earlier test's in it."""
    _model.reset()
    return _model


@pytest.fixture(scope="session")
def pythons() -> Iterator[WarmPythons]:
    """Pythons that start a service or a command without the second or two that importing the libraries takes."""
    servers = None if WARM_FOLDER in os.environ else WarmServers()
    pythons = WarmPythons(servers.folder if servers else Path(os.environ[WARM_FOLDER]))
    yield pythons
    pythons.close()
    if servers:
        servers.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, with its key."""
    path = tmp_path_factory.mktemp("certificate") / "tls.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def under(
    tmp_path_factory: pytest.TempPathFactory, _model: ScriptedModel, pythons: WarmPythons
) -> Iterator[Callable[..., Service]]:
    """Return the one service of this run under a command and with settings, with the scripted model behind it."""
    running: dict[tuple[object, ...], Service] = {}

    def service_under(command: str, certificate: Path | None = None, **more: str) -> Service:
        name = (command, certificate, *more.values())
        if name not in running:
            root = copy_project(tmp_path_factory.mktemp("service") / "twin")
            (root / "instance" / "portrait.png").write_bytes(PORTRAIT)
            settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": _model.url, "METRICS_TOKEN": METRICS_TOKEN}
            settings |= {"OWNER_NAME": "Roger J. Campbell", "PORTRAIT": "portrait.png"}
            settings |= UNLIMITED | more
            running[name] = Service(command, root, settings, pythons, certificate).start()
        running[name].assert_running()
        return running[name]

    yield service_under
    stop_all(running.values())


@pytest.fixture(params=["flask run", "gunicorn"])
def service(request: pytest.FixtureRequest, under: Callable[..., Service], model: ScriptedModel) -> Service:
    """The service with the scripted model behind it, under `flask run` and under gunicorn."""
    return heal_if_hurt(under(request.param), model)


@pytest.fixture
def gunicorn(under: Callable[..., Service], model: ScriptedModel) -> Service:
    """The same under gunicorn alone, for what only the server on the internet meets."""
    return heal_if_hurt(under("gunicorn"), model)


@pytest.fixture(params=["flask run", "gunicorn"])
def impatient(request: pytest.FixtureRequest, under: Callable[..., Service], model: ScriptedModel) -> Service:
    """The service with a short deadline, for answers that never end: any other on a busy machine could be late."""
    return heal(under(request.param, **IMPATIENT), model)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def _remembering(request: pytest.FixtureRequest, under: Callable[..., Service]) -> Service:
    settings = {"MEMORY": "on", "WEB_CONCURRENCY": "4"}
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = server.make_database()
    return under("gunicorn", **settings)


@pytest.fixture
def remembering(_remembering: Service, model: ScriptedModel) -> Service:
    """The service under gunicorn with memory and four workers, on SQLite and on PostgreSQL."""
    return heal_if_hurt(_remembering, model)


@pytest.fixture
def start_service(tmp_path: Path, model: ScriptedModel, pythons: WarmPythons) -> Iterator[Callable[..., Service]]:
    """Start a service of one's own, with settings; with `model_set=False` it has the embedded model alone.

    That under `flask run` in a fresh Python, as a person tries it out.
    """
    started: list[Service] = []

    def start(
        command: str, *, model_set: bool = True, wait: bool = True, certificate: Path | None = None, **settings: str
    ) -> Service:
        base = UNLIMITED | ({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url} if model_set else {})
        root = copy_project(tmp_path / f"twin{len(started)}")
        if not model_set:
            shorten_persona(root)
        warm = pythons if model_set or command == "gunicorn" else None
        service = Service(command, root, base | settings, warm, certificate)
        started.append(service)
        return service.start(wait)

    yield start
    for service in started:
        service.kill()


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as it starts without a key: under `flask run`, with the embedded model."""
    root = copy_project(tmp_path_factory.mktemp("trial") / "twin")
    shorten_persona(root)
    service = Service("flask run", root, UNLIMITED | {"MAX_OUTPUT_TOKENS": "30"}).start()
    wait_until(lambda: service.http.get("/ready").status_code == 200, "the model did not get ready")
    yield service
    service.kill()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of one's own."""
    server = RedisServer(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL that all workers share, in which each test has databases of its own."""
    folder = tmp_path_factory.getbasetemp()
    server = PostgresServer((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "postgres")
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, in a SQLite file and in a PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/twin.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.make_database()


@pytest.fixture
def execute(database_url: str) -> Iterator[Callable[[str], Any]]:
    """Run SQL in the test's database, and return its rows, if it gives any."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")

    def run(sql: str) -> Any:
        with engine.connect() as connection:
            result = connection.exec_driver_sql(sql)
            return result.all() if result.returns_rows else None

    yield run
    engine.dispose()


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None and "CI" not in os.environ:
        pytest.skip("they open pages in a browser, and there is none: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        # No name is resolved, so that a page which needs another host fails.
        closed = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]
        lean = ["--disable-gpu", "--in-process-gpu"]  # a process less, and a sixth of the CPU
        yield playwright.chromium.launch(executable_path=chromium, args=closed + lean)


@contextmanager
def open_page(browser: Browser) -> Iterator[Page]:
    """Open a page that shares nothing with the browser's others."""
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE * 1_000)
        yield context.new_page()


@pytest.fixture(scope="session")
def _windows(_browser: Browser) -> Iterator[Windows]:
    with closing(Windows(partial(open_page, _browser))) as windows:
        yield windows


@pytest.fixture
def page(request: pytest.FixtureRequest, _browser: Browser, _windows: Windows) -> Iterator[Page]:
    """A page in a browser that reaches this machine only; a new one where the test is marked `own_page`."""
    is_own = request.node.get_closest_marker("own_page")
    with open_page(_browser) if is_own else _windows.lend() as page:
        yield page


@pytest.fixture
def console(page: Page) -> Iterator[list[str]]:
    """What the browser complains of, errors of scripts and what a policy refused, and what scripts say in dialogs."""
    complaints: list[str] = []

    def note(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def note_error(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    with (
        listening(page, "console", note_error),
        listening(page, "pageerror", lambda error: complaints.append(str(error))),
        listening(page, "dialog", note),
    ):
        yield complaints


@pytest.fixture
def requested(page: Page) -> Iterator[list[str]]:
    """The address of everything that the page asks for."""
    urls: list[str] = []
    with listening(page, "request", lambda request: urls.append(request.url)):
        yield urls


@pytest.fixture(scope="module")
def serve_site() -> Iterator[Callable[..., str]]:
    """Serve a page's HTML on an origin of its own, which is returned; `headers` are what it sends, if not STRICT."""
    sites: list[ThreadingHTTPServer] = []

    def serve(html: str, port: int = 0, headers: Mapping[str, str] = STRICT) -> str:
        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *args: object) -> None:
                pass

        sites.append(ThreadingHTTPServer(("127.0.0.1", port), Site))
        Thread(target=sites[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{sites[-1].server_port}"

    yield serve
    for site in sites:
        site.shutdown()
        site.server_close()


@pytest.fixture
def app(model: ScriptedModel) -> Flask:
    """The app itself, for what needs no server (pytest-flask's `client` calls it)."""
    return create_app({"TESTING": True, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url})
