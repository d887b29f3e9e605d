"""The page, as Lighthouse looks at it: on a phone of the middle range, and a slow network."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from ...support.browsers import find_chromium
from ...support.service import Service
from ...support.websites import find_reason_to_skip, install

pytestmark = pytest.mark.clients

CATEGORIES = "performance,accessibility,best-practices"


def measure(commands: Path, url: str) -> dict[str, Any]:
    chromium = find_chromium()
    assert chromium
    command = [commands / "lighthouse", url, "--quiet", "--output=json", f"--only-categories={CATEGORIES}"]
    flags = "--chrome-flags=--no-sandbox --headless --disable-gpu"
    environment = os.environ | {"CHROME_PATH": chromium}
    report: dict[str, Any] = json.loads(subprocess.check_output([*command, flags], env=environment))
    return report


def test_it_is_fast_accessible_and_as_it_should_be(gunicorn: Service, request: pytest.FixtureRequest) -> None:
    if reason := find_reason_to_skip():
        pytest.skip(reason)
    commands = install(request.config.cache.mkdir("websites"))
    reports = [measure(commands, gunicorn.url) for _ in range(5)]
    scores = [{name: found["score"] for name, found in report["categories"].items()} for report in reports]
    missed = {name for report in reports for name, audit in report["audits"].items() if audit["score"] == 0}
    assert min(score["accessibility"] for score in scores) == 1, missed
    assert min(score["best-practices"] for score in scores) == 1, missed
    assert median(score["performance"] for score in scores) >= 0.95, missed
