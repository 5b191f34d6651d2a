"""The page's tools, as the official MCP client and Gradio's own see them on a page that is really served."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from chatbot.ui.tools import build_tools
from tests.apart import run_apart
from tests.fake_chatbot import FakeChatbot, FakeService
from tests.site import find_port, serve_apart, skip_or_fail
from tests.small_world import FOUNDER, RINGER, TAMER

NAMES = ["answer", "search", "read_sheet", "explore", "compare", "parcours"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve_apart(find_port()) as site:
        yield site.url


@pytest.fixture(scope="module")
def program(url: str) -> Client:
    return Client(url, verbose=False, analytics_enabled=False)


@asynccontextmanager
async def open_session(url: str) -> AsyncIterator[ClientSession]:
    """Connect as an agent."""
    async with (
        streamable_http_client(f"{url}/gradio_api/mcp/") as (reader, writer, _),
        ClientSession(reader, writer) as session,
    ):
        await session.initialize()
        yield session


def list_tools(url: str) -> list[Tool]:
    async def ask() -> list[Tool]:
        async with open_session(url) as session:
            return (await session.list_tools()).tools

    return run_apart(asyncio.run, ask())


def call(url: str, name: str, **arguments: Any) -> tuple[bool, str]:
    """Call a tool as an agent: whether it was refused, and what it says."""

    async def ask() -> CallToolResult:
        async with open_session(url) as session:
            return await session.call_tool(name, arguments)

    result = run_apart(asyncio.run, ask())
    [content] = result.content
    assert isinstance(content, TextContent)
    return bool(result.isError), content.text


def test_an_agent_sees_the_tools_and_nothing_else(url: str) -> None:
    tools = list_tools(url)
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        assert tool.description and "fiche" in tool.description
        properties = tool.inputSchema["properties"]
        assert all(each["description"] for each in properties.values()), tool.name
    assert tools[0].inputSchema["required"] == ["question"]
    assert tools[1].inputSchema["properties"]["kind"]["enum"] == ["", "metier", "formation"]
    assert tools[1].inputSchema["properties"]["limit"]["type"] == "integer"


CALLS = [
    pytest.param("answer", {"question": "Quel diplôme ?"}, "/api/answer", id="answer"),
    pytest.param("search", {"text": "fondeur", "limit": 2}, "/api/search?q=fondeur&limit=2", id="search"),
    pytest.param("read_sheet", {"sheet_id": TAMER.lower()}, f"/api/sheets/{TAMER}", id="read_sheet"),
    pytest.param("explore", {"kinds": ["metier"], "limit": 3}, "/api/explore?kind=metier&limit=3", id="explore"),
    pytest.param("compare", {"sheet_ids": [FOUNDER, RINGER]}, f"/api/compare?ids={FOUNDER},{RINGER}", id="compare"),
    pytest.param("parcours", {"sheet_id": TAMER}, f"/api/parcours/{TAMER}", id="parcours"),
]


@pytest.mark.parametrize(("name", "arguments", "path"), CALLS)
def test_a_tool_gives_what_the_api_gives(
    url: str, program: Client, name: str, arguments: dict[str, Any], path: str
) -> None:
    body = {"question": arguments["question"]} if name == "answer" else None
    expected = httpx.request("POST" if body else "GET", url + path, json=body).raise_for_status().json()
    refused, text = call(url, name, **arguments)
    assert not refused
    assert json.loads(text) == expected
    assert json.loads(program.predict(**arguments, api_name=f"/{name}")) == expected


REFUSED = [
    pytest.param("answer", {"question": "a" * 2001}, "« question » est trop long : 2000 caractères", id="too long"),
    pytest.param("answer", {"question": " "}, "écrivez une question", id="blank"),
    pytest.param("answer", {"question": "a", "history": [{"role": "x", "content": "a"}]}, "history.0.role", id="role"),
    pytest.param("search", {"text": "a" * 201}, "« text » est trop long : 200 caractères", id="text"),
    pytest.param("search", {"text": "a", "limit": 101}, "« limit » doit valoir 100 au plus", id="limit"),
    pytest.param("read_sheet", {"sheet_id": "MET.99999"}, "Aucune fiche chargée", id="unknown"),
    pytest.param("read_sheet", {"sheet_id": "../../etc/passwd"}, "Aucune fiche chargée", id="path"),
    pytest.param("explore", {"kinds": ["a"] * 51}, "« kinds » est trop long : 50 éléments", id="many"),
    pytest.param("compare", {"sheet_ids": [FOUNDER]}, "deux à quatre fiches", id="one"),
    pytest.param("parcours", {"sheet_id": "nope"}, "Aucune fiche chargée", id="no parcours"),
]


@pytest.mark.parametrize(("name", "arguments", "words"), REFUSED)
def test_a_tool_refuses_in_french(url: str, program: Client, name: str, arguments: dict[str, Any], words: str) -> None:
    refused, text = call(url, name, **arguments)
    assert refused
    assert words in text
    assert "Traceback" not in text
    with pytest.raises(AppError) as caught:
        program.predict(**arguments, api_name=f"/{name}")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        pytest.param("search", {"text": 3}, "« text » doit être un texte", id="no text"),
        pytest.param("search", {"text": "a", "limit": "beaucoup"}, "« limit » doit être un nombre entier", id="a word"),
        pytest.param("search", {"text": "a", "limit": [1]}, "« limit » doit être un nombre entier", id="a list"),
        pytest.param("search", {"text": "a", "limit": 1.5}, "« limit » doit être un nombre entier", id="no integer"),
        pytest.param("explore", {"kinds": "metier"}, "« kinds » doit être une liste", id="no list"),
        pytest.param("explore", {"kinds": [1]}, "« kinds.0 » doit être un texte", id="a list of numbers"),
        pytest.param("answer", {"question": "a", "history": [1]}, "« history.0 » doit être un objet", id="no object"),
    ],
)
def test_arguments_of_another_type_are_refused(
    url: str, program: Client, name: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(AppError, match=words):
        program.predict(**arguments, api_name=f"/{name}")
    refused, text = call(url, name, **arguments)
    assert refused
    assert text.startswith("Input validation error: ")  # the server of `mcp` holds agents to the schema by itself


def test_a_program_sees_the_tools_and_nothing_else(program: Client) -> None:
    described = program.view_api(return_format="dict", print_info=False)
    assert isinstance(described, dict)
    assert list(described["named_endpoints"]) == [f"/{name}" for name in NAMES]
    assert described["unnamed_endpoints"] == {}


def test_any_process_can_serve_a_call_without_a_session(url: str) -> None:
    response = httpx.post(f"{url}/gradio_api/run/read_sheet", json={"data": [TAMER]})
    assert json.loads(response.json()["data"][0])["id"] == TAMER


DOCUMENTED = (Path(__file__).parent.parent / "docs" / "clients.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", DOCUMENTED, re.DOTALL)
CURL = re.findall(r"^    (curl .*?)\n\n", DOCUMENTED + "\n", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("code", PYTHON, ids=("stream", "openai", "mcp", "gradio_client"))
def test_what_is_documented_in_python_runs(url: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_apart(exec, code.replace("http://127.0.0.1:7860", url), {})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("command", CURL, ids=("stream", "run"))
def test_what_is_documented_with_curl_runs(url: str, command: str) -> None:
    if shutil.which("curl") is None:
        skip_or_fail("no curl found: its commands were not tried")
    command = command.replace("http://127.0.0.1:7860", url).replace("curl", "curl -sf", 1)
    assert subprocess.run(command, shell=True, capture_output=True, check=True).stdout


WITHOUT_MCP = """
import sys
from importlib.machinery import PathFinder

class AllButMcp(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "mcp" else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = AllButMcp
from chatbot.api import create_api
from chatbot.ui import mount_page
from fastapi.testclient import TestClient
from tests.fake_chatbot import FakeService

client = TestClient(mount_page(create_api(FakeService()), FakeService()))
print(client.get("/").status_code, client.post("/gradio_api/mcp/").status_code)
"""


def test_without_the_extra_the_page_is_there_and_the_tools_are_not() -> None:
    printed = subprocess.run([sys.executable, "-c", WITHOUT_MCP], capture_output=True, check=True).stdout
    assert printed.split() == [b"200", b"404"]


class Broken(FakeChatbot):
    """Fails."""

    def answer(self, *_: Any) -> Any:
        raise RuntimeError("secret")


class Starting(FakeService):
    """Has no index yet."""

    is_starting = True


@pytest.mark.parametrize(
    ("service", "words"),
    [
        pytest.param(FakeService(None), "python -m chatbot index", id="no index"),
        pytest.param(Starting(None), "réessayez dans quelques secondes", id="an index that is being opened"),
        pytest.param(FakeService(Broken()), "son journal en dit plus", id="failure"),
    ],
)
def test_what_goes_wrong_on_the_server_is_told_without_its_details(service: FakeService, words: str) -> None:
    with gr.Blocks() as page:
        build_tools(service)
    [answer] = [each.fn for each in page.fns.values() if each.api_name == "answer"]
    assert answer is not None
    with pytest.raises(gr.Error, match=words) as caught:
        answer("Quel diplôme ?")
    assert "secret" not in str(caught.value)
