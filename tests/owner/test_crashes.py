"""An answer of the owner's that was acknowledged is there, once, whatever process is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest

from ..support.owners import PASSWORD, Owner
from ..support.scripted_model import ScriptedModel
from ..support.service import Service, processes_in, wait_until

KILLS = 20


@pytest.mark.soak
def test_kill_9_during_an_answer_loses_nothing_and_repeats_nothing(
    start_service: Callable[..., Service], model: ScriptedModel, database_url: str
) -> None:
    settings = {"MEMORY": "on", "DATABASE_URL": database_url, "DESK_PASSWORD": PASSWORD}
    service = start_service("gunicorn", **settings)
    chance = random.Random(1)
    for kill in range(KILLS):
        session, question = str(uuid4()), f"Do you know the year {2_000 + kill} well?"
        url = f"/sessions/{session}/questions"
        asked = service.http.post(url, json={"question": question}).json()["id"]
        owner = Owner(service)
        path, fields = f"/desk/questions/{asked}/answer", {"text": f"Answer {kill} indeed.", "wording": question}
        acknowledged: list[bool] = []
        thread = threading.Thread(target=answer, args=(owner, path, fields, acknowledged))
        thread.start()
        threading.Event().wait(chance.random() * 0.1)  # somewhere in the flow of the answer
        assert service.process is not None
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()
        thread.join()
        owner.http.close()
        wait_until(lambda: not processes_in(service.root))
        service.start()
        if not acknowledged:
            owner = Owner(service)
            wait_until(lambda owner=owner, path=path, fields=fields: owner.do(path, **fields).status_code == 303)
            owner.http.close()
        said = service.http.get(f"/sessions/{session}").json()
        assert [each["content"] for each in said["messages"]] == [question, fields["text"]]
        assert said["questions"][0]["answer"] == fields["text"]
        wait_until(lambda asked=question: service.chat(asked).json().get("speaker") == "approved", "it was not learnt")
        cases = (service.root / "instance" / "evals" / "own.jsonl").read_text().splitlines()
        assert sum(str(2_000 + kill) in json.loads(case)["question"] for case in cases) == 1


def answer(owner: Owner, path: str, fields: dict[str, str], acknowledged: list[bool]) -> None:
    try:
        if owner.do(path, **fields).status_code == 303:
            acknowledged.append(True)
    except (httpx2.HTTPError, AssertionError):  # the process died before it said so
        pass
