"""The URLs that browsers open: the chat page at /, the widget, and their parts."""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, render_template, request, send_file
from flask.blueprints import BlueprintSetupState

from ...errors import NotFound
from ...settings import Settings, is_origin, parse_colour
from ...system import paths
from ..cors import is_listed
from ..current import current_runtime
from ..operation import File, operation
from ..problems import render_problem
from .assets import MEDIA, Asset, Assets
from .colours import write_stylesheet
from .languages import choose_language
from .rendering import compress_response, find_assets, render, render_chat
from .schemas import ServiceName

FOREVER = "public, max-age=31536000, immutable"
SOON = "public, max-age=600"
# With these a page that has a COEP of its own, to be isolated from other origins, may frame the panel (HTML, 7.1.4).
EMBEDDABLE = {"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "cross-origin"}
IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
}

blueprint = Blueprint("page", __name__, template_folder="templates")


@blueprint.record
def read_assets(state: BlueprintSetupState) -> None:
    """Read the page's files once, when the app is made."""
    state.app.extensions["page"] = Assets()


@blueprint.get("/")
@operation(gives={"application/json": ServiceName, "text/html": File})
def show_home() -> Response:
    """Send the chat page to a browser, and the service's name to a program."""
    name = ServiceName(message="AI Digital Twin API")
    response = render_chat() if _is_for_a_person() else jsonify(name.model_dump())
    response.vary.add("Accept")
    return response


@blueprint.app_errorhandler(NotFound)
@blueprint.app_errorhandler(404)
def show_missing(error: Exception) -> Response:
    """Send a page that leads to the chat where a browser asks for what is not there, and a problem to a program."""
    if request.method == "GET" and _is_for_a_person():
        response = render("missing.html")
        response.status_code = NotFound.status
    else:
        response = render_problem(error if isinstance(error, NotFound) else NotFound())
    response.vary.add("Accept")
    return response


@blueprint.get("/widget/panel")
@operation(gives={"text/html": File})
def show_panel() -> Response:
    """Show the chat in the frame that widget.js puts on another page.

    `accent`, `theme`, `lang` and `greeting` are its options, and `from` is that page's origin. Where CORS_ORIGINS lacks
    it, a sentence says so: a browser would show a broken frame.
    """
    theme = request.args.get("theme", "")
    theme = theme if theme in ("light", "dark") else ""
    site = request.args.get("from", "")
    if not site or is_listed(site, _settings().cors_origins):
        response = render_chat(framed=True, theme=theme)
    else:
        response = render("refused.html", ancestors="*", site=site if is_origin(site) else "", theme=theme)
    response.headers.update(EMBEDDABLE)
    return response


@blueprint.get("/widget")
@operation(gives={"text/html": File})
def show_widget() -> Response:
    """Show the line that puts the widget on a page, and a preview."""
    return render("widget.html", framing="frame-src 'self'; ")


@blueprint.get("/widget.js")
@operation(gives={"text/javascript": File})
def show_widget_script() -> Response:
    """Send the script that puts a button on any page, without its comments; `data-title` replaces the button's text."""
    script = render_template("widget.js", accent=_settings().accent, language=choose_language(_settings()))
    script = re.sub(r"^ *(//.*\n)?| +// .*$", "", script, flags=re.MULTILINE)
    headers = {
        "Cache-Control": SOON,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Language",
    }
    return compress_response(Response(script, mimetype="text/javascript", headers=headers))


@blueprint.get("/page/<version>/<name>")
@operation(gives=dict.fromkeys(MEDIA.values(), File), fails=[NotFound])
def show_page_asset(version: str, name: str) -> Response:
    """Send a part of the page, cacheable for good under the present version."""
    return _send(find_assets().find(name), version)


@blueprint.get("/page/<version>/style/<accent>.css")
@operation(gives={"text/css": File}, fails=[NotFound])
def show_style(version: str, accent: str) -> Response:
    """Send the page's style with an accent colour, three or six hexadecimal digits."""
    try:
        accents = write_stylesheet(parse_colour(accent))
    except ValueError:
        raise NotFound from None
    return _send(find_assets().style.extend(accents), version)


@blueprint.get("/portrait")
@operation(gives=dict.fromkeys(IMAGES.values(), File), fails=[NotFound])
def show_portrait() -> Response:
    """Send the owner's picture, if there is one."""
    portrait = _settings().portrait
    path = paths.INSTANCE / (portrait or "")
    if portrait is None or not path.is_file():
        raise NotFound
    return send_file(path, IMAGES[path.suffix.lower()], conditional=False, max_age=600)


def _is_for_a_person() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _send(asset: Asset, version: str) -> Response:
    response = compress_response(Response(asset.plain, mimetype=asset.media))
    response.headers["Cache-Control"] = FOREVER if version == find_assets().version else "no-store"
    return response


def _settings() -> Settings:
    return current_runtime().settings
