"""The gate of the desk: which requests pass, reads too.

Where there is no desk, every path under /desk is answered as one that does not exist. Else a request must come from the
desk's own pages or from its owner's hand (Sec-Fetch-Site, https://www.w3.org/TR/fetch-metadata/; or Origin), must not
be for a frame, and but for the way in must have a session; a change also the token of the session's forms.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from ...errors import MethodNotAllowed, NotFound, StoreUnavailable, TwinError
from ...owner import SignIn
from ..current import current_runtime
from ..problems import render_problem
from .blueprint import PATH, blueprint, current_desk, render_refusal, see

COOKIE = "desk"
MAX_COOKIES = 10  # of that name, each of which is looked up
FRAMES = {"iframe", "frame", "embed", "object", "fencedframe"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
READS = {"GET", "HEAD"}
WAYS_IN = {"desk.show_sign_in", "desk.sign_in", "desk.show_link", "desk.follow_link", "desk.show_asset"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer, the browser would hide the Origin of forms
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


@blueprint.before_app_request
def guard() -> AnyResponse | None:
    """Let a request under /desk pass, or refuse it."""
    if not is_under_desk():
        return None
    if not _is_open():
        request.url_rule = None  # so that the error is handled as that of a path without a route
        raise NotFound
    g.is_desk_open = True
    if request.method not in {*READS, "POST"}:
        raise MethodNotAllowed
    if request.headers.get("Sec-Fetch-Dest", "") in FRAMES or not _is_from_desk():
        return render_refusal(403, "The desk opens only by itself: type its address into the browser.")
    g.sign_in = _find_sign_in()
    if request.endpoint in WAYS_IN:
        return None
    if g.sign_in is None:
        return see("show_sign_in") if request.method in READS else render_refusal(403, "Sign in first.")
    if request.method not in READS and not _has_form_token():
        return render_refusal(403, "This page is out of date: go back, load it again, and repeat what you did.")
    return None


@blueprint.after_app_request
def add_headers(response: Response) -> Response:
    """Keep what the desk sends out of frames, caches and other pages."""
    if g.get("is_desk_open"):
        response.headers.update(HEADERS)
    return response


@blueprint.errorhandler(TwinError)
def explain(error: TwinError) -> Response:
    """Answer an error with a page, where there is a desk; else as everywhere."""
    return render_refusal(error.status, error.detail) if g.get("is_desk_open") else render_problem(error)


def _find_sign_in() -> SignIn | None:
    """Return the session of the first cookie that has one: a neighbour's subdomain can set others of the same name."""
    tokens = request.cookies.getlist(COOKIE)[:MAX_COOKIES]
    return next(filter(None, map(current_desk().accounts.find, tokens)), None)


def is_under_desk() -> bool:
    """Return whether the present request is for the desk."""
    return request.path == PATH or request.path.startswith(f"{PATH}/")


def _is_open() -> bool:
    desk = current_runtime().desk
    if desk is None:
        return False
    try:
        return desk.accounts.is_open()
    except StoreUnavailable:  # which would tell strangers that there may be a desk
        return False


def _is_from_desk() -> bool:
    """Return whether the request comes from the desk's own pages, or from a person's hand.

    Browsers send Sec-Fetch-Site over TLS and to loopback, and Origin with each form. Where neither can be expected, a
    read passes: the cookie is not sent from other sites.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_read = request.method in READS
    if site is not None and site != "same-origin" and not (site == "none" and is_read):
        return False
    if origin is not None:
        return _is_own(origin, is_exact=site is None)
    return site is not None or (is_read and not request.is_secure and _find_host(f"//{request.host}") not in LOOPBACK)


def _is_own(origin: str, *, is_exact: bool) -> bool:
    """Return whether an Origin is that of this host; unless `is_exact`, a proxy may have left the port out of Host."""
    if is_exact:
        return origin.lower() == f"{request.scheme}://{request.host}".lower()
    return _find_host(origin) == _find_host(f"//{request.host}")


def _find_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _has_form_token() -> bool:
    given = request.headers.get("X-Form-Token") or request.form.get("form_token", "")
    return hmac.compare_digest(given.encode(errors="replace"), g.sign_in.form_token.encode())
