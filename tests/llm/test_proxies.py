from __future__ import annotations

import httpcore2
import pytest

from twin.llm.proxies import find_proxy

NOT_FOR = {
    "127.0.0.1": ["127.0.0.1", "127.0.0.0/8", "a.example, 127.0.0.1", "*", "http://127.0.0.1", "all://127.0.0.1"],
    "localhost": ["localhost", "LOCALHOST:{port}", "*.localhost", ".localhost"],
    "[::1]": ["::1", "[::1]", "::/64"],
}
FOR = {"127.0.0.1": ["10.0.0.0/8", "https://127.0.0.1", "27.0.0.1", ""], "localhost": ["alhost", "localhost:1"]}


def list_cases(forms: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(host, form) for host, some in forms.items() for form in some]


@pytest.mark.parametrize(("host", "no_proxy"), list_cases(NOT_FOR))
def test_goes_past_the_environments_proxy_where_that_says_so(
    monkeypatch: pytest.MonkeyPatch, host: str, no_proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", no_proxy.format(port=8123))
    assert find_proxy(httpcore2.URL(f"http://{host}:8123/v1")) is None


@pytest.mark.parametrize(("host", "no_proxy"), list_cases(FOR))
def test_goes_through_it_where_that_says_something_else(
    monkeypatch: pytest.MonkeyPatch, host: str, no_proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    proxy = find_proxy(httpcore2.URL(f"http://{host}:8123/v1"))
    assert proxy
    assert (proxy.url.host, proxy.url.port) == (b"127.0.0.1", 1)
