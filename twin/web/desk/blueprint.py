"""The desk's blueprint, and how its pages are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, g, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...owner import Desk, SignIn
from ..current import current_runtime

PATH = "/desk"

blueprint = Blueprint("desk", __name__, url_prefix=PATH, template_folder="templates")


@dataclass(frozen=True)
class FormToken:
    """The field that each form carries, so that no other page can send one; hexadecimal digits."""

    token: str

    def __html__(self) -> str:
        """Return it for a template."""
        return f'<input type="hidden" name="form_token" value="{self.token}">'


def current_desk() -> Desk:
    """Return the desk of this process; the gate lets no request pass where there is none."""
    desk = current_runtime().desk
    assert desk is not None
    return desk


def current_sign_in() -> SignIn | None:
    """Return the session of the present request, if it has one."""
    found: SignIn | None = g.get("sign_in")
    return found


def render(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page of the desk."""
    sign_in, settings = current_sign_in(), current_runtime().settings
    page = render_template(
        f"desk/{template}",
        asset=lambda name: url_for("desk.show_asset", name=name),
        token=FormToken(sign_in.form_token) if sign_in else "",
        is_signed_in=sign_in is not None,
        owner_name=settings.owner_name,
        **values,
    )
    return Response(page, status=status)


def render_refusal(status: int, message: str) -> Response:
    """Return a page that says why a request is refused."""
    return render("refusal.html", status=status, message=message)


def see(endpoint: str, **values: object) -> AnyResponse:
    """Have the browser get another page of the desk."""
    return Response(status=303, headers={"Location": url_for(f"desk.{endpoint}", **values)})  # type: ignore[arg-type]


@blueprint.app_template_filter("clock")
def write_time(seconds: float) -> str:
    """Return an instant as people read it, in the server's zone."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%d %b %Y, %H:%M}"


@blueprint.app_template_filter("stamp")
def write_stamp(seconds: float) -> str:
    """Return an instant as RFC 3339 has it, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
