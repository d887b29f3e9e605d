"""What is kept of a session, and what of it the model is shown."""

from __future__ import annotations

from .scripted_model import ScriptedModel
from .service import Service


def shown(model: ScriptedModel) -> list[str]:
    """The messages of the model's last request, after the system message."""
    first, *rest = model.requests[-1]["messages"]
    assert first["role"] == "system"
    return [message["content"] for message in rest]


def kept(service: Service, session_id: str) -> list[str]:
    """The stored texts of a session, in order, each question followed by its answer."""
    answer = service.http.get(f"/sessions/{session_id}")
    if answer.status_code == 404:
        return []
    messages = answer.json()["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2)
    return [message["content"] for message in messages]


def is_summary(request: dict[str, object]) -> bool:
    return "You keep notes" in str(request["messages"])
