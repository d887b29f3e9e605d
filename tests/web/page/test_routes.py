"""The page's URLs, without a browser."""

from __future__ import annotations

import gzip

import httpx2
import pytest

from ...support.service import Service

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def get(service: Service, path: str, **headers: str) -> httpx2.Response:
    return service.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("", "application/json"),
        ("nonsense", "application/json"),
    ],
)
def test_a_browser_gets_the_page_and_a_program_the_name(service: Service, accept: str, kind: str) -> None:
    answer = get(service, "/", Accept=accept)
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert "Accept" in answer.headers["Vary"]


def test_other_methods_get_no_page(service: Service) -> None:
    answer = service.http.post("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert service.http.head("/", headers={"Accept": "text/html"}).headers["Content-Type"].startswith("text/html")


def test_assets_are_kept_for_good_under_their_version(service: Service) -> None:
    html = get(service, "/", Accept=BROWSER).text
    path = html.partition('href="')[2].partition("/page/")[2].partition('"')[0].partition("/")[0]
    current = get(service, f"/page/{path}/chat.js")
    assert "immutable" in current.headers["Cache-Control"]
    assert get(service, "/page/old/chat.js").headers["Cache-Control"] == "no-store"
    assert get(service, "/page/old/chat.js").content == current.content


def test_assets_are_compressed_for_who_takes_it(service: Service) -> None:
    with service.http.stream("GET", "/page/1/chat.js", headers={"Accept-Encoding": "gzip"}) as answer:
        compressed = b"".join(answer.iter_raw())
    plain = get(service, "/page/1/chat.js", Accept_Encoding="identity")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(compressed) == plain.content
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize("name", ["nothing.js", "..%2froutes.py", "..", "%2e%2e/routes.py", ".env", "chat.js%00"])
def test_sends_nothing_else(service: Service, name: str) -> None:
    assert get(service, f"/page/1/{name}").status_code == 404


@pytest.mark.parametrize("accent", ["red", "12345", "1234567", "zzz", "0a7;}*{}"])
def test_a_colour_that_is_none_is_not_found(service: Service, accent: str) -> None:
    assert get(service, f"/page/1/style/{accent}.css").status_code == 404


@pytest.mark.parametrize("query", ["accent=red;}", "theme=%22onload", "accent=<script>&theme=<b>"])
def test_the_panel_takes_no_nonsense(service: Service, query: str) -> None:
    default = get(service, "/widget/panel").text
    assert get(service, f"/widget/panel?{query}").text == default
