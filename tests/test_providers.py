"""The chat model that settings name: opened, refused with the extra to install, and over a server that misbehaves."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chatbot.answering import Chatbot
from chatbot.config import Settings, SettingsError
from chatbot.llm import Composer, is_remote, open_model
from tests.small_world import FOUNDER

LEVEL = "il faut quel niveau pour être fondeur de cloches ?"
GOOD = "Pour devenir fondeur de cloches, il faut viser un bac + 2 [1]."
SHOWN = f"Pour devenir fondeur de cloches, il faut viser un bac + 2 [{FOUNDER}]."


class Handler(BaseHTTPRequestHandler):
    """Speaks OpenAI's protocol as far as the test's `act` wants."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        server.act(self)

    def start(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def say(self, *texts: str) -> None:
        for text in texts:
            chunk = {
                "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}],
            }  # fmt: skip
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()

    def end(self) -> None:
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """A model's server on loopback; a handler that hangs waits for `released`."""

    daemon_threads = True

    def __init__(self, act: Callable[[Handler], None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.act = act
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.released = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let clients leave without a word."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


Serve = Callable[[Callable[[Handler], None]], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(act: Callable[[Handler], None]) -> Server:
        servers.append(Server(act))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.released.set()
        server.shutdown()
        server.server_close()


def settings_for(server: Server, timeout: float = 20.0) -> Settings:
    return Settings(llm="openai:m", llm_base_url=server.url, llm_api_key="sk-secret", llm_timeout=timeout)


def talk(handler: Handler, *texts: str) -> None:
    handler.start()
    handler.say(*texts)
    handler.end()


def hang(handler: Handler) -> None:
    handler.server.released.wait()  # type: ignore[attr-defined]


def refuse(status: int) -> Callable[[Handler], None]:
    def act(handler: Handler) -> None:
        handler.start(status, "application/json")
        handler.wfile.write(b'{"error": {"message": "non", "type": "x", "code": null}}')

    return act


def write_garbage(handler: Handler) -> None:
    handler.start()
    handler.wfile.write(b"data: {not json}\n\n\xff\xfe\x00 lorem ipsum\n\n")


def write_html(handler: Handler) -> None:
    handler.start(200, "text/html")
    handler.wfile.write(b"<html><body>502 Bad Gateway</body></html>")


def hang_in_the_middle(handler: Handler) -> None:
    handler.start()
    handler.say("Il faut un")
    hang(handler)


def cut_in_the_middle(handler: Handler) -> None:
    handler.start()
    handler.say("Il faut un b")
    handler.connection.close()


def trickle(handler: Handler) -> None:
    handler.start()
    while not handler.server.released.wait(0.01):  # type: ignore[attr-defined]
        handler.say("et ")


def test_a_server_that_talks_is_heard(bot: Chatbot, serve: Serve) -> None:
    server = serve(lambda handler: talk(handler, *GOOD))
    answer = Composer(bot, open_model(settings_for(server))).answer(LEVEL)
    assert answer.text.startswith(SHOWN)
    assert answer.generator == "openai:m"
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer sk-secret"
    assert (body["model"], body["stream"], body["temperature"]) == ("m", True, 0)
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(refuse(429), id="rate limit"),
        pytest.param(refuse(500), id="server error"),
        pytest.param(refuse(401), id="wrong key"),
        pytest.param(write_garbage, id="garbage"),
        pytest.param(write_html, id="a page of HTML"),
        pytest.param(cut_in_the_middle, id="cut in the middle"),
        pytest.param(lambda handler: talk(handler), id="empty"),
        pytest.param(lambda handler: handler.connection.close(), id="closes at once"),
    ],
)
def test_a_server_that_fails_leaves_the_extractive_answer(
    bot: Chatbot, serve: Serve, act: Callable[[Handler], None], caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(act)
    composer = Composer(bot, open_model(settings_for(server)))
    assert composer.answer(LEVEL) == bot.answer(LEVEL)
    assert 1 <= len(server.requests) <= 2
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(hang, id="from the start"),
        pytest.param(hang_in_the_middle, id="in the middle"),
        pytest.param(trickle, id="words without end"),
    ],
)
def test_a_server_that_hangs_is_left_within_the_bound(
    bot: Chatbot, serve: Serve, act: Callable[[Handler], None]
) -> None:
    composer = Composer(bot, open_model(settings_for(serve(act), timeout=1.0)))
    assert composer.answer(LEVEL) == bot.answer(LEVEL)
    assert set(composer.counts.snapshot()) & {"extractive.late", "extractive.failed"}


def test_no_server_at_all_leaves_the_extractive_answer_until_the_model_rests(bot: Chatbot, serve: Serve) -> None:
    server = serve(refuse(500))
    settings = settings_for(server)
    server.server_close()
    composer = Composer(bot, open_model(settings))
    for _ in range(4):
        assert composer.answer(LEVEL) == bot.answer(LEVEL)
    assert composer.counts.snapshot()["extractive.resting"] == 1


def test_a_cut_reply_keeps_the_sentences_that_were_whole(bot: Chatbot, serve: Serve) -> None:
    def act(handler: Handler) -> None:
        handler.start()
        handler.say(GOOD, " Le BTS métiers du bro")
        handler.connection.close()

    answer = Composer(bot, open_model(settings_for(serve(act)))).answer(LEVEL)
    assert answer.text.startswith(SHOWN)
    assert "bro\n" not in answer.text


@pytest.mark.parametrize("provider", ["ollama", "openai", "mistralai"])
def test_a_missing_package_names_its_extra(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from langchain.chat_models import base

    base._get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, f"langchain_{provider}", None)
    with pytest.raises(SettingsError) as caught:
        open_model(Settings(llm=f"{provider}:x"))
    assert f"'.[{provider}]'" in str(caught.value)
    assert "\n" not in str(caught.value)
    base._get_chat_model_creator.cache_clear()


@pytest.mark.parametrize("provider", ["ollama", "openai", "mistralai"])
def test_each_provider_takes_the_settings(provider: str) -> None:
    settings = Settings(
        llm=f"{provider}:m", llm_base_url="http://127.0.0.1:9", llm_api_key="sk-secret", llm_timeout=1.5
    )
    model = open_model(settings)
    assert (model.name, model.remote, model.context) == (f"{provider}:m", False, 4096)


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(SettingsError, match="nobody:x"):
        open_model(Settings(llm="nobody:x"))


def test_a_missing_key_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError) as caught:
        open_model(Settings(llm="openai:x"))
    assert "CHATBOT_LLM" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("llm", "url", "remote"),
    [
        pytest.param("ollama:mistral", "", False, id="Ollama here"),
        pytest.param("ollama:mistral", "http://ollama:11434", True, id="Ollama elsewhere"),
        pytest.param("openai:x", "", True, id="OpenAI"),
        pytest.param("mistralai:x", "", True, id="Mistral"),
        pytest.param("openai:x", "http://127.0.0.1:8080/v1", False, id="server here"),
        pytest.param("openai:x", "http://localhost:8080/v1", False, id="localhost"),
        pytest.param("openai:x", "http://[::1]:8080/v1", False, id="IPv6"),
        pytest.param("openai:x", "http://192.168.1.5:8080/v1", True, id="the school's network is elsewhere too"),
        pytest.param("openai:x", "https://localhost.exemple.fr/v1", True, id="a name that begins as localhost"),
    ],
)
def test_what_leaves_this_machine_is_remote(llm: str, url: str, remote: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    settings = replace(Settings(llm=llm), llm_base_url=url)
    assert is_remote(settings) is remote


def test_ollama_s_own_variable_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "10.0.0.7:11434")
    assert is_remote(Settings(llm="ollama:mistral"))
