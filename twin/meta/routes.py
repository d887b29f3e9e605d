"""The URLs that say what this is and how it is."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from ..embedded import NOTICE
from ..errors import NotReady
from ..turn import Twin

blueprint = Blueprint("meta", __name__)


@blueprint.get("/")
def show_name() -> Response:
    """Say what answers here; `Vary`, because a browser will get a page at this address."""
    response = jsonify(message="AI Digital Twin API")
    response.vary.add("Accept")
    return response


@blueprint.get("/health")
def show_health() -> dict[str, str]:
    """Say that the process is up; asks nothing of the model."""
    return {"status": "healthy"}


@blueprint.get("/ready")
def show_readiness() -> dict[str, str]:
    """Say whether a chat would be answered now, for load balancers; never calls a provider."""
    twin: Twin = current_app.extensions["twin"]
    if not twin.is_ready():
        raise NotReady("The embedded model is still loading.", retry_after=1)
    return {"status": "ready", "notice": NOTICE} if twin.settings.uses_embedded_model else {"status": "ready"}
