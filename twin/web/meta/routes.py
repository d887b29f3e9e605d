"""The URLs of the service's health, readiness, metrics and OpenAPI document."""

from __future__ import annotations

import hmac
from pathlib import Path

from flask import Blueprint, Response, current_app, request, send_from_directory

from ...errors import NotFound, NotReady, StartFailed, StoreUnavailable, Unauthorized
from ...llm.embedded import NOTICE
from ...telemetry.exposition import Fetched, expose
from .. import doors
from ..current import current_runtime
from ..metrics_port import is_on_metrics_port
from ..openapi import describe
from ..operation import File, operation
from .schemas import Health, OpenApiDocument, Readiness

DOCS = Path(__file__).parent / "docs"
ASSETS_SECONDS = 3_600  # that a browser may cache the parts of /docs

# Swagger UI sets inline styles, and has its icons as data: URLs in its style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# The system's own list may have other names.
DOCS_MEDIA = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".txt": "text/plain"}

METRICS_MEDIA = ("text/plain", "application/openmetrics-text")

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
    runtime = current_runtime()
    runtime.check_ready()
    return Readiness(status="ready", notice=NOTICE if runtime.settings.uses_embedded_model else None)


@blueprint.get("/metrics")
@operation(gives=dict.fromkeys(METRICS_MEDIA, File), fails=[NotFound, Unauthorized])
def show_metrics() -> Response:
    """Count what all processes have done, for Prometheus; needs METRICS_TOKEN, but on METRICS_PORT."""
    runtime = current_runtime()
    if not is_on_metrics_port(request.environ, runtime.settings):
        _require_token()
    body, media = expose(runtime.metrics, _measure_today(), request.headers.get("Accept", ""))
    return Response(body, content_type=media)


@blueprint.get("/openapi.json")
@operation()
def show_openapi() -> OpenApiDocument:
    """Describe all routes, for programs."""
    return OpenApiDocument(describe(current_app, doors.find_open()))


@blueprint.get("/docs")
@operation(gives={"text/html": File})
def show_docs() -> Response:
    """Describe all routes, for people, with a form to try each."""
    return _send("index.html")


@blueprint.get("/docs/<name>")
@operation(gives=dict.fromkeys(DOCS_MEDIA.values(), File), fails=[NotFound])
def show_docs_asset(name: str) -> Response:
    """Send a part of the page at /docs."""
    return _send(name)


def _require_token() -> None:
    """Raise Unauthorized where the request has not the token, NotFound where there is none."""
    if (token := current_runtime().settings.metrics_token) is None:
        raise NotFound
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
    if scheme.lower() != "bearer" or not is_right:
        raise Unauthorized


def _measure_today() -> list[Fetched]:
    try:
        return current_runtime().budget.measure_today()
    except StoreUnavailable:  # which other metrics tell
        return []


def _send(name: str) -> Response:
    media = DOCS_MEDIA.get(Path(name).suffix)
    response = send_from_directory(DOCS, name, mimetype=media, conditional=False, max_age=ASSETS_SECONDS)
    response.headers["Content-Security-Policy"] = POLICY
    return response
