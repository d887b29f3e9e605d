"""Cross-origin resource sharing: the websites whose pages may call the service."""

from __future__ import annotations

import re
from collections.abc import Collection

from flask import Flask, Response
from flask_cors import CORS

SHARED = re.compile(r"/(?!desk(?:/|\Z))")  # all paths but the owner's desk, of which no other page may read anything
PREFLIGHT_SECONDS = 7_200  # for which a browser may cache a preflight; Chromium allows no more


def init_app(app: Flask, origins: Collection[str]) -> None:
    """Let pages of `origins` read the responses of `app`; * stands for every website, without credentials."""
    anyone = "*" in origins
    if not anyone:
        app.after_request(_vary_by_origin)
    CORS(
        app,
        resources=SHARED,
        # Compiled, because the library takes a string with brackets (an IPv6 host) for an unanchored pattern.
        origins="*" if anyone else [re.compile(re.escape(origin) + r"\Z", re.IGNORECASE) for origin in origins],
        supports_credentials=not anyone,
        send_wildcard=anyone,
        max_age=PREFLIGHT_SECONDS,
        expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
    )


def is_listed(origin: str, origins: Collection[str]) -> bool:
    """Return whether pages of `origin` may frame the service: as a browser reads `frame-ancestors` (CSP 3, 6.7.2.8).

    There http stands for https too, which it does not where a page calls the service.
    """
    plain = re.sub(r"^https:", "http:", origin.lower())
    return "*" in origins or origin.lower() in origins or plain in origins


def _vary_by_origin(response: Response) -> Response:
    """Keep a cache from giving one website what was sent to another, or to none, which the library does not prevent."""
    response.vary.add("Origin")
    return response
