"""The pages' HTML: from a template, in the visitor's language, under a policy, compressed."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, current_app, render_template, request, url_for

from ...errors import StoreUnavailable
from ...settings import parse_colour, split_starters
from ..current import current_runtime
from .assets import Assets, compress
from .languages import choose_language, pick_text

MAX_GREETING = 500  # characters of `?greeting=`


def render_chat(*, framed: bool = False, theme: str = "") -> Response:
    """Return the chat page; its greeting is that of `?greeting=`, else `GREETING`, else a sentence with the name."""
    settings = current_runtime().settings
    language = choose_language(settings)
    greeting, greeting_tag = pick_text(settings.greeting, language)
    if asked := request.args.get("greeting", "").strip()[:MAX_GREETING]:
        greeting, greeting_tag = asked, None
    if greeting is None:
        text = language.page["greeting" if settings.owner_name else "greeting_unnamed"]
        greeting, greeting_tag = text.replace("{name}", settings.owner_name or ""), language.tag
    starters, starters_tag = pick_text(settings.starters, language)
    return render(
        "chat.html",
        framed=framed,
        theme=theme,
        has_desk=_has_desk(),
        greeting=greeting,
        greeting_tag=greeting_tag,
        starters=language.starters if starters is None else split_starters(starters),
        starters_tag=starters_tag if starters else language.tag,
    )


def _has_desk() -> bool:
    """Return whether there is an owner's desk, to which visitors can turn."""
    with suppress(StoreUnavailable):
        desk = current_runtime().desk
        return desk is not None and desk.accounts.is_open()
    return False


def render(template: str, *, framing: str = "", ancestors: str = "", **options: object) -> Response:
    """Return a page; `accent` of the query is its colour.

    `framing` is a directive of its policy, and `ancestors` are the sites that may frame it, if not CORS_ORIGINS.
    """
    settings = current_runtime().settings
    accent = settings.accent
    with suppress(ValueError):
        accent = parse_colour(request.args.get("accent", ""))
    version = find_assets().version
    language = choose_language(settings)
    page = render_template(
        template,
        settings=settings,
        language=language,
        texts=language.page,
        asset=lambda file: url_for("page.show_page_asset", version=version, name=file),
        style=url_for("page.show_style", version=version, accent=accent.removeprefix("#")),
        **options,
    )
    listed = "*" if "*" in settings.cors_origins else " ".join(("'self'", *settings.cors_origins))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"{framing}base-uri 'none'; form-action 'none'; frame-ancestors {ancestors or listed}"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return compress_response(Response(page, headers=headers))


def compress_response(response: Response) -> Response:
    """Compress a response by gzip where the client takes it."""
    if request.accept_encodings["gzip"] > 0:
        response.data = compress(response.get_data())
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def find_assets() -> Assets:
    """Return the app's files of the page."""
    assets: Assets = current_app.extensions["page"]
    return assets
