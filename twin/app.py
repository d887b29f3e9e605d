"""Wiring: the service as a WSGI app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from .cli import commands
from .runtime import Runtime
from .settings import load_settings
from .system import paths
from .telemetry import logs
from .web import access_log, body, cors, guards, headers, launch, problems
from .web.chat.routes import blueprint as chat
from .web.compat.errors import OpenAIError
from .web.compat.routes import blueprint as compat
from .web.desk.routes import blueprint as desk
from .web.mcp.errors import RpcFailure
from .web.mcp.routes import blueprint as mcp
from .web.meta.routes import blueprint as meta
from .web.page.routes import blueprint as page
from .web.sessions.routes import blueprint as sessions


def create_app(test_config: Mapping[str, Any] | None = None) -> Flask:
    """Return the service as a WSGI app; `test_config` overrides every other source of settings.

    Raises StartError, in one line that says what to mend, where a setting, the persona or the model is wrong.
    """
    logs.set_up(as_json=not launch.is_run_by_flask())
    settings = load_settings(test_config)
    runtime = Runtime(settings)
    app = Flask("twin", root_path=str(paths.ROOT / "twin"), instance_path=str(paths.INSTANCE), static_folder=None)
    app.config.from_mapping(test_config or {})
    app.extensions["twin"] = runtime
    app.json = DefaultJSONProvider(app)
    app.json.sort_keys = app.json.ensure_ascii = False
    access_log.init_app(app)
    guards.init_app(app, settings)
    body.init_app(app)
    cors.init_app(app, settings.cors_origins)
    headers.init_app(app)
    problems.init_app(app, {"/v1": OpenAIError, "/mcp": RpcFailure})
    for blueprint in (chat, compat, desk, mcp, meta, page, sessions):
        app.register_blueprint(blueprint)
    app.cli.add_command(commands)
    launch.prepare(app, runtime)
    return app
