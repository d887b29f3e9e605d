"""The headers of every response, and those that report rate limits."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, g, request

from ..errors import Quota, TwinError, Unauthorized

DEFAULT_HEADERS = {  # of every response that does not set its own
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HSTS = "max-age=31536000"  # a year (RFC 6797)


def init_app(app: Flask) -> None:
    """Add the headers to every response of `app`."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Send the request's id back, and the headers that make browsers careful."""
    response.headers["X-Request-ID"] = g.request_id
    for name, value in DEFAULT_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response


def describe_quotas(quotas: Sequence[Quota]) -> dict[str, str]:
    """Return the RateLimit fields (draft-ietf-httpapi-ratelimit-headers-10) of `quotas`; none without a quota."""
    if not quotas:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{quota.name}";q={quota.limit};w={quota.window}' for quota in quotas),
        "RateLimit": ", ".join(f'"{quota.name}";r={quota.remaining};t={quota.reset}' for quota in quotas),
    }


def describe_refusal(error: TwinError) -> dict[str, str]:
    """Return the fields that say how a refused request may come again: when, and with which scheme of access."""
    retry = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    challenge = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else {}
    return describe_quotas(error.quotas) | retry | challenge
