"""The URLs that say what this is and how it is."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory

from ...errors import NotFound, NotReady, StartFailed
from ...llm.embedded import NOTICE
from ...runtime import Twin
from ..openapi import describe
from ..operation import File, operation
from .schemas import Health, OpenApiDocument, Readiness

DOCS = Path(__file__).parent / "docs"
ASSETS_SECONDS = 3_600  # that a browser keeps what /docs consists of

# Swagger UI writes styles into its elements, and has its icons inside its style.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# Not left to the machine, whose own list may have other names.
MEDIA = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".txt": "text/plain"}

blueprint = Blueprint("meta", __name__)


@blueprint.get("/health")
@operation()
def show_health() -> Health:
    """Say that the process is up; asks nothing of the model."""
    return Health(status="healthy")


@blueprint.get("/ready")
@operation(fails=[NotReady, StartFailed])
def show_readiness() -> Readiness:
    """Say whether a chat would be answered now, for load balancers; never calls a provider."""
    twin: Twin = current_app.extensions["twin"]
    twin.check_ready()
    return Readiness(status="ready", notice=NOTICE if twin.settings.uses_embedded_model else None)


@blueprint.get("/openapi.json")
@operation()
def show_openapi() -> OpenApiDocument:
    """Describe all routes, for programs."""
    return OpenApiDocument(describe(current_app))


@blueprint.get("/docs")
@operation(gives={"text/html": File})
def show_docs() -> Response:
    """Describe all routes, for people, who can try them here."""
    return _send("index.html")


@blueprint.get("/docs/<name>")
@operation(gives=dict.fromkeys(MEDIA.values(), File), fails=[NotFound])
def show_docs_asset(name: str) -> Response:
    """Send a part of the page at /docs."""
    return _send(name)


def _send(name: str) -> Response:
    media = MEDIA.get(Path(name).suffix)
    response = send_from_directory(DOCS, name, mimetype=media, conditional=False, max_age=ASSETS_SECONDS)
    response.headers["Content-Security-Policy"] = POLICY
    return response
