"""The order of the tests under pytest-xdist: what takes long begins first, and a file stays with one worker.

A worker starts the services, the browser and the databases that its tests share, so a file's tests stay together. The
files that would keep one worker busy to the end are dealt out by function.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# What takes longest on one worker, longest first; after these comes the rest, which is many short tests.
LONGEST = [
    "tests/web/page/",
    "tests/web/test_guards.py::test_gives_up_on_a_body_that_does_not_come",
    "tests/llm/test_wire_cases.py",  # which waits between attempts, and takes little CPU
    "tests/llm/test_embedded.py",
    "tests/web/chat/test_stream.py",
    "tests/memory/test_memory.py",
    "tests/knowledge/test_chat.py",
    "tests/llm/test_model.py",
    "tests/web/meta/test_openapi.py",
    "tests/system/test_fairness.py",
    "tests/budget/",
    "tests/web/chat/",
    "tests/system/",
    "tests/memory/",
    "tests/knowledge/",
    "tests/turn/",
    "tests/llm/",
    "tests/cli/",
    "tests/rates/",
    "tests/telemetry/",
    "tests/gaps/",
    "tests/web/",
    "tests/test_start.py",
]
# Files whose tests share little, or last too long for one worker.
DEALT_OUT = {
    "tests/budget/test_budget.py",
    "tests/cli/test_commands.py",
    "tests/grounding/test_contacts.py",
    "tests/llm/test_embedded.py",
    "tests/rates/test_rates.py",
    "tests/test_misconfigurations.py",
    "tests/test_start.py",
    "tests/web/meta/test_openapi.py",
    "tests/web/test_guards.py",
}
# Tests of several files that share what takes long to start: the browser, and the service with the embedded model.
TOGETHER = {
    "tests/web/page/test_accessibility.py": "pages",
    "tests/web/page/test_chat.py": "pages",
    "tests/web/page/test_memory.py": "pages",
    "tests/llm/test_embedded.py::test_answers_without_a_key_and_says_what_it_is": "pages",
    "tests/llm/test_embedded.py::test_its_key_is_for_the_owner_alone": "pages",
    "tests/system/test_sidecars.py::test_the_systems_own_openmp_stays_in_use": "pages",
    "tests/web/page/": "more pages",
    "tests/web/meta/test_docs.py": "more pages",
    "tests/budget/test_budget.py::test_visitors_are_told_how_to_reach_the_owner": "more pages",
}


def rank(nodeid: str) -> int:
    """Return when a test begins: the smaller, the earlier."""
    return next((at for at, start in enumerate(LONGEST) if nodeid.startswith(start)), len(LONGEST))


def find_group(nodeid: str) -> str:
    """Return the group of a test, which one worker runs."""
    function = nodeid.partition("[")[0]
    file = function.partition("::")[0]
    together = next((group for start, group in TOGETHER.items() if function.startswith(start)), None)
    return together or (function if file in DEALT_OUT else file)


class LongestFirst(LoadScopeScheduling):
    """Hand out groups in the order in which the tests are collected."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False  # by the number of tests
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return find_group(nodeid)
