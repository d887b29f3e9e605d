"""The official clients against gunicorn, as docs/programs.md shows them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.calls import heal
from ..support.clients import install, read_block, run_program
from ..support.doors import Completions, make_key
from ..support.scripted_model import ScriptedModel, answers, streams
from ..support.service import Service, wait_until

pytestmark = pytest.mark.clients

SAID = "I have built wooden boats in Porthleven since 2009."
OLDER_MCP = """\
import asyncio, os
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

async def main():
    headers = {"Authorization": f"Bearer {os.environ['TWIN_KEY']}"}
    async with streamablehttp_client("http://localhost:8000/mcp", headers=headers) as (read, write, _):
        async with ClientSession(read, write) as session:
            greeting = await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            print(greeting.protocolVersion, greeting.serverInfo.name, tools)
            await session.send_ping()
            answer = await session.call_tool("ask", {"question": "Who are you?"})
            print(answer.content[0].text, answer.structuredContent["sources"][0]["file"])
            print((await session.call_tool("search", {"query": "boats"})).structuredContent)
            print((await session.call_tool("ask", {"question": ""})).isError)

asyncio.run(main())
"""
NEWER_MCP = """\
import asyncio, os, sys
import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

async def main():
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {os.environ['TWIN_KEY']}"})
    for mode in ("auto", "legacy", "2026-07-28"):
        transport = streamable_http_client("http://localhost:8000/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            answer = await client.call_tool("ask", {"question": "Wer bist du, Zoë?"})
            print(client.protocol_version, tools, answer.structured_content["answer"])

asyncio.run(main())
"""
OPENAI = """\
import os
import openai

def fails(kind, **fields):
    try:
        given = {"model": "twin", "messages": [{"role": "user", "content": "Hi"}]} | fields
        [*client.chat.completions.create(**given)]
    except kind as error:
        print(type(error).__name__, error.code, error.param)

client = openai.OpenAI(base_url="http://localhost:8000/v1", api_key=os.environ["TWIN_KEY"], max_retries=0)
print([model.id for model in client.models.list()], client.models.retrieve("twin").id)
fails(openai.BadRequestError, n=2)
fails(openai.BadRequestError, tools=[{"type": "function", "function": {"name": "f"}}])
image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
fails(openai.BadRequestError, messages=[{"role": "user", "content": [{"type": "text", "text": "Hi"}, image]}])
fails(openai.APIError, messages=[{"role": "user", "content": "break"}], stream=True)
completion = client.chat.completions.create(
    model="gpt-4o", messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    temperature=0.5, max_tokens=10, seed=1, user="me", extra_body={"unknown": True},
)
print(completion.usage.total_tokens, completion.model)
options = {"include_usage": True}
chunks = [*client.chat.completions.create(
    model="twin", messages=[{"role": "user", "content": "Hi"}], stream=True, stream_options=options
)]
print(chunks[-1].usage.total_tokens, chunks[-2].choices[0].finish_reason, chunks[-2].twin["sources"][0]["file"])
with client.chat.completions.stream(model="twin", messages=[{"role": "user", "content": "Hi"}]) as stream:
    print(stream.get_final_completion().choices[0].message.content)
client = client.with_options(api_key="twin-wrong")
fails(openai.AuthenticationError)
"""


@pytest.fixture(scope="module")
def _programs(under: Callable[..., Service], _model: ScriptedModel) -> tuple[Service, str]:
    service = under("gunicorn", OWNER_NAME="Programs")
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    (folder / "cv.md").write_text(f"# CV\n\n{SAID}\n")
    key = make_key(service, "tests")
    wait_until(lambda: service.chat().status_code == 200 and "Porthleven" in str(_model.requests[-1]))
    wait_until(lambda: Completions().ask(service.http, "Hi", key).status == 200)
    return service, key


@pytest.fixture
def service(_programs: tuple[Service, str], model: ScriptedModel) -> Service:
    heal(_programs[0], model)
    model.otherwise = answers(SAID)
    model.asked["break"] = streams("One ", finish_reason=None, then="reset")
    return _programs[0]


@pytest.fixture
def run(
    request: pytest.FixtureRequest, service: Service, _programs: tuple[Service, str], tmp_path: Path
) -> Callable[[str, str], str]:
    """Run a program in a client's environment."""
    cache = request.config.cache.mkdir("clients")

    def run_there(name: str, program: str) -> str:
        if name == "node" and not shutil.which("npm") and "CI" not in os.environ:
            pytest.skip("npm is not installed")
        folder = install(cache, name)
        command = [str(folder / "bin" / "python"), "-"]
        if name == "node":  # which looks for packages beside the program
            (folder / "program.mjs").write_text(program.replace("http://localhost:8000", service.url))
            command = ["node", str(folder / "program.mjs")]
        if name == "llm":
            command = ["bash", "-ec", f'PATH="{folder}/bin:$PATH"; . /dev/stdin']
        return run_program(command, program, service.url, _programs[1], LLM_USER_PATH=str(tmp_path))

    return run_there


@pytest.mark.parametrize(
    ("name", "mark", "times", "has_sources"),
    [
        ("openai", "# pip install openai", 2, True),
        ("node", "import OpenAI from", 2, True),
        ("langchain", "# pip install langchain-openai", 2, False),
    ],
)
def test_a_program_of_the_docs_gets_its_answers(
    run: Callable[[str, str], str], name: str, mark: str, times: int, has_sources: bool
) -> None:
    printed = run(name, read_block(mark))
    assert printed.count(SAID) >= times, printed
    assert ("cv.md" in printed) == has_sources


def test_llm_answers(run: Callable[[str, str], str], service: Service, tmp_path: Path) -> None:
    models = read_block("api_key_name: twin").replace("http://localhost:8000", service.url)
    (tmp_path / "extra-openai-models.yaml").write_text(models)
    commands = read_block("llm keys set").replace("pip install llm\n", "")
    assert run("llm", commands).count(SAID) == 2


def test_the_mcp_client_of_the_docs_asks_and_searches(run: Callable[[str, str], str]) -> None:
    printed = run("mcp", read_block("# pip install mcp"))
    assert printed.startswith(SAID)
    assert f"'text': '{SAID}'" in printed


def test_the_newer_mcp_client_speaks_each_kind_of_revision(run: Callable[[str, str], str]) -> None:
    lines = run("mcp", NEWER_MCP).splitlines()
    versions = ["2026-07-28", "2025-11-25", "2026-07-28"]
    assert lines == [f"{version} ['ask', 'search'] {SAID}" for version in versions]


def test_the_older_mcp_client_begins_with_initialize(run: Callable[[str, str], str]) -> None:
    greeting, answer, found, fault = run("mcp1", OLDER_MCP).splitlines()
    assert greeting == "2025-11-25 twin ['ask', 'search']"
    assert answer == f"{SAID} cv.md"
    assert SAID in found
    assert fault == "True"


def test_the_openai_client_understands_errors_usage_and_chunks(run: Callable[[str, str], str]) -> None:
    assert run("openai", OPENAI).splitlines() == [
        "['twin'] twin",
        "BadRequestError invalid_request n",
        "BadRequestError invalid_request tools",
        "BadRequestError invalid_request messages.0.content.1",
        "APIError model_failed None",
        "12 twin",
        "12 stop cv.md",
        SAID,
        "AuthenticationError invalid_api_key None",
    ]
