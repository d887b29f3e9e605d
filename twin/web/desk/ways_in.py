"""The ways in and out: the password, the link that works once, and signing out."""

from __future__ import annotations

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from ...errors import RateLimited
from ...owner import SESSION_SECONDS, SignIn
from ..visitor import find_address
from .blueprint import PATH, blueprint, current_desk, current_sign_in, render, see
from .gate import COOKIE

MAX_FIELD = 1_000  # characters of a password or a link's token


@blueprint.get("/sign-in")
def show_sign_in() -> Response:
    """Show the form for the password, if there is one."""
    return render("sign_in.html", has_password=current_desk().accounts.has_password)


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse:
    """Sign in with the password."""
    accounts = current_desk().accounts
    given = request.form.get("password", "")[:MAX_FIELD]
    try:
        found = accounts.sign_in(given, find_address()) if accounts.has_password else None
    except RateLimited:
        fault = "There were too many wrong passwords. Wait for an hour, or run “flask twin desk” for a link."
        return render("sign_in.html", status=429, has_password=accounts.has_password, fault=fault)
    if found is None:
        return render("sign_in.html", status=403, has_password=accounts.has_password, fault="That is not the password.")
    return _welcome(found)


@blueprint.get("/link")
def show_link() -> Response:
    """Show the page to which a link leads; its token stands behind the #, which no server sees."""
    return render("link.html")


@blueprint.post("/link")
def follow_link() -> AnyResponse:
    """Sign in with a link's token, which works no more then."""
    found = current_desk().accounts.follow_link(request.form.get("token", "").strip()[:MAX_FIELD])
    if found is None:
        fault = "This link was used before, or is older than ten minutes. “flask twin desk” prints a new one."
        return render("link.html", status=403, fault=fault)
    return _welcome(found)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    if session := current_sign_in():
        current_desk().accounts.sign_out(session)
    response = see("show_sign_in")
    response.delete_cookie(COOKIE, path=_path(), secure=request.is_secure, httponly=True, samesite="Strict")
    return response


def _welcome(session: SignIn) -> AnyResponse:
    response = see("show_inbox")
    response.set_cookie(
        COOKIE,
        session.token,
        max_age=SESSION_SECONDS,
        path=_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def _path() -> str:
    return request.script_root + PATH
