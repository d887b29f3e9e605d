"""The URLs that browsers open: the chat page at /, the widget, and their parts."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, current_app, jsonify, render_template, request, send_file, url_for
from flask.blueprints import BlueprintSetupState

from ...errors import NotFound
from ...settings import Settings, parse_colour
from ...system import paths
from ..current import current_runtime
from ..operation import File, operation
from .assets import MEDIA, Asset, Assets
from .colours import write_stylesheet
from .schemas import ServiceName

FOREVER = "public, max-age=31536000, immutable"
SOON = "public, max-age=600"
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
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        response = _render("chat.html")
    else:
        response = jsonify(ServiceName(message="AI Digital Twin API").model_dump())
    response.vary.add("Accept")
    return response


@blueprint.get("/widget/panel")
@operation(gives={"text/html": File})
def show_panel() -> Response:
    """Show the chat in the frame that widget.js puts on another page; `accent` and `theme` are its options."""
    theme = request.args.get("theme", "")
    return _render("chat.html", framed=True, theme=theme if theme in ("light", "dark") else "")


@blueprint.get("/widget")
@operation(gives={"text/html": File})
def show_widget() -> Response:
    """Show the line that puts the widget on a page, and a preview."""
    return _render("widget.html", framing="frame-src 'self'; ")


@blueprint.get("/widget.js")
@operation(gives={"text/javascript": File})
def show_widget_script() -> Response:
    """Send the script that puts a button on any page."""
    script = render_template("widget.js", accent=_settings().accent)
    headers = {"Cache-Control": SOON, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(script, mimetype="text/javascript", headers=headers)


@blueprint.get("/page/<version>/<name>")
@operation(gives=dict.fromkeys(MEDIA.values(), File), fails=[NotFound])
def show_page_asset(version: str, name: str) -> Response:
    """Send a part of the page, cacheable for good under the present version."""
    return _send(_assets().find(name), version)


@blueprint.get("/page/<version>/style/<accent>.css")
@operation(gives={"text/css": File}, fails=[NotFound])
def show_style(version: str, accent: str) -> Response:
    """Send the page's style with an accent colour, three or six hexadecimal digits."""
    try:
        accents = write_stylesheet(parse_colour(accent))
    except ValueError:
        raise NotFound from None
    return _send(_assets().find("style.css").extend(accents), version)


@blueprint.get("/portrait")
@operation(gives=dict.fromkeys(IMAGES.values(), File), fails=[NotFound])
def show_portrait() -> Response:
    """Send the owner's picture, if there is one."""
    portrait = _settings().portrait
    path = paths.INSTANCE / (portrait or "")
    if portrait is None or not path.is_file():
        raise NotFound
    return send_file(path, IMAGES[path.suffix.lower()], conditional=False, max_age=600)


def _render(template: str, *, framing: str = "", **options: object) -> Response:
    settings = _settings()
    accent = settings.accent
    with suppress(ValueError):
        accent = parse_colour(request.args.get("accent", ""))
    name = settings.owner_name
    version = _assets().version
    page = render_template(
        template,
        settings=settings,
        greeting=settings.greeting or f"Hello, I am {f'the digital twin of {name}' if name else 'a digital twin'}.",
        asset=lambda file: url_for("page.show_page_asset", version=version, name=file),
        style=url_for("page.show_style", version=version, accent=accent.removeprefix("#")),
        **options,
    )
    ancestors = "*" if "*" in settings.cors_origins else " ".join(("'self'", *settings.cors_origins))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"{framing}base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
    return Response(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})


def _send(asset: Asset, version: str) -> Response:
    response = Response(asset.plain, mimetype=asset.media)
    if request.accept_encodings["gzip"] > 0:
        response.data = asset.compress()
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if version == _assets().version else "no-store"
    return response


def _assets() -> Assets:
    assets: Assets = current_app.extensions["page"]
    return assets


def _settings() -> Settings:
    return current_runtime().settings
