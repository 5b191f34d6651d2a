"""Keys of the API and users of the page: made on the command line, kept as hashes, asked for by the service."""

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from chatbot.__main__ import main
from chatbot.api import create_api
from chatbot.config import Settings, SettingsError
from chatbot.edges import put_edges
from chatbot.edges.hashes import Register, hash_key, hash_password, make_key, owner_of_key
from chatbot.ui import mount_page
from tests.edges.asking import ELSEWHERE, HERE, QUESTION, Clock, assert_problem, nothing
from tests.fake_chatbot import FakeService

PASSWORD = "un mot de passe long"
Command = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def application() -> FastAPI:
    service = FakeService()
    return mount_page(create_api(service), service)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `python -m chatbot keys …` over files of this test; give its status and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_KEYS", "keys.json")
    monkeypatch.setenv("CHATBOT_PAGE_USERS", "users.json")

    def run(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        status = main(["keys", *arguments])
        said = capsys.readouterr()
        return status, said.out if status == 0 else said.err

    return run


def open_client(application: FastAPI, folder: Path, *asked: str, client: tuple[str, int] = ELSEWHERE) -> TestClient:
    """Open the service with keys, users, or both asked for."""
    files = {"keys": folder / "keys.json", "page_users": folder / "users.json"}
    settings: dict[str, Any] = {name: files[name] for name in asked}
    return TestClient(put_edges(application, Settings(**settings)), client=client, follow_redirects=False)


def ask(client: TestClient, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/answer", json=QUESTION, headers=given)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(command: Command, tmp_path: Path) -> None:
    key = command("add", "lycee.sud")[1].strip()
    kept = (tmp_path / "keys.json").read_text()
    assert len(key) > 40
    assert key not in kept
    assert hash_key(key) in kept
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    listed = command("list")[1]
    assert "lycee.sud" in listed
    assert hash_key(key) not in listed
    assert [path.name for path in tmp_path.iterdir() if ".keys.json" in path.name] == []


def test_commands_refuse_in_one_sentence(command: Command) -> None:
    command("add", "a")
    for arguments, word in (
        (("add", "a"), "already"),
        (("add", "a b"), "no name"),
        (("revoke", "b"), "no 'b'"),
        (("remove", "b"), "no 'b'"),
        (("user", "a:b"), "':'"),
    ):
        status, said = command(*arguments)
        assert (status, word in said) == (2, True), said
    assert command("user", "anna", typed="court\n")[0] == 2


def test_without_a_file_named_the_command_says_which_variable(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHATBOT_KEYS")
    assert "CHATBOT_KEYS" in command("add", "a")[1]


def test_the_right_owner_is_found_among_many() -> None:
    keys = {f"n{number}": make_key() for number in range(20)}
    hashes = {name: hash_key(key) for name, key in keys.items()}
    assert [owner_of_key(key, hashes) for key in keys.values()] == list(keys)
    assert owner_of_key(make_key(), hashes) is None
    assert owner_of_key("", hashes) is None


def test_the_api_asks_for_a_key_and_the_page_does_not(application: FastAPI, command: Command, tmp_path: Path) -> None:
    key = command("add", "a")[1].strip()
    client = open_client(application, tmp_path, "keys")
    refused = ask(client)
    assert_problem(refused, 401, "clé")
    assert refused.headers["www-authenticate"] == "Bearer"
    for path in ("/api/search?q=a", "/v1/models", "/gradio_api/mcp/", "/gradio_api/call/x", "/gradio_api/run/x"):
        assert client.get(path).status_code == 401, path
    assert client.get("/v1/models").json()["error"]["code"] == "invalid_api_key"
    for headers in ({"Authorization": f"Bearer {key}"}, {"Authorization": f"bearer {key}"}, {"X_API_Key": key}):
        assert ask(client, **headers).status_code == 200
    for headers in ({"Authorization": f"Bearer {key}x"}, {"X_API_Key": ""}, {"Authorization": f"Basic {key}"}):
        assert ask(client, **headers).status_code == 401
    for path in ("/", "/api/health", "/api/ready", "/docs", "/theme.css", "/config"):
        assert client.get(path).status_code == 200, path
    assert client.post("/api/dossier", json={}).status_code == 422  # the page makes its dossiers there
    assert client.post("/gradio_api/queue/join", json={}).status_code == 422
    assert client.post("/page/answer", json=QUESTION).status_code == 200


def test_keys_count_and_are_revoked_while_serving(application: FastAPI, command: Command, tmp_path: Path) -> None:
    client = open_client(application, tmp_path, "keys")
    key = command("add", "a")[1].strip()
    assert ask(client, X_API_Key=key).status_code == 200
    command("revoke", "a")
    assert ask(client, X_API_Key=key).status_code == 401


def test_a_file_of_keys_that_breaks_leaves_the_keys_as_they_were(
    application: FastAPI, command: Command, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = command("add", "a")[1].strip()
    client = open_client(application, tmp_path, "keys")
    (tmp_path / "keys.json").write_text("{")
    assert ask(client, X_API_Key=key).status_code == 200
    assert ask(client).status_code == 401
    assert caplog.text.count("can't be read as hashes") == 1
    with pytest.raises(SettingsError, match="hashes"):
        open_client(application, tmp_path, "keys")
    (tmp_path / "keys.json").unlink()
    assert ask(client, X_API_Key=key).status_code == 401


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', '{"a": {}}', '{"a b": {"hash": "x", "since": "y"}}', "\x00"])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(SettingsError, match="hashes"):
        Register(tmp_path / "keys.json").hashes()


def test_measures_are_for_this_machine_or_a_key(application: FastAPI, command: Command, tmp_path: Path) -> None:
    key = command("add", "prometheus")[1].strip()
    far, near = open_client(application, tmp_path, "keys"), open_client(application, tmp_path, "keys", client=HERE)
    near.headers["Host"] = "localhost"
    assert far.get("/metrics").status_code == 401
    assert far.get("/metrics", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert near.get("/metrics").status_code == 200
    assert open_client(application, tmp_path).get("/metrics").status_code == 403


def test_each_key_has_its_own_rate_and_lends_it_to_nobody(command: Command, tmp_path: Path) -> None:
    from chatbot.edges.gate import Gate

    first, second = (command("add", name)[1].strip() for name in "ab")
    client = TestClient(Gate(nothing, Settings(rate_limit=1, keys=tmp_path / "keys.json"), Clock()), client=ELSEWHERE)
    for key in (first, second):
        assert [ask(client, X_API_Key=key).status_code for _ in range(2)] == [200, 429]
    assert client.post("/page/x").status_code == 200  # the address has spent nothing


def test_the_page_asks_for_a_password(application: FastAPI, command: Command, tmp_path: Path) -> None:
    assert command("user", "Zoé", typed=f"{PASSWORD}\n")[0] == 0
    assert PASSWORD not in (tmp_path / "users.json").read_text()
    client = open_client(application, tmp_path, "page_users")
    for path in ("/", "/config", "/theme.css", "/docs", "/gradio_api/info"):
        refused = client.get(path)
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
        assert client.get(path, auth=("Zoé".encode(), PASSWORD.encode())).status_code == 200
        for name, password in (("Zoé", "faux"), ("Ana", PASSWORD), ("", "")):
            assert client.get(path, auth=(name.encode(), password.encode())).status_code == 401
    assert ask(client).status_code == 401  # else the API would say to anybody what the page says to some
    assert client.post("/api/answer", json=QUESTION, auth=("Zoé".encode(), PASSWORD.encode())).status_code == 200
    assert client.get("/api/ready").status_code == 200
    command("remove", "Zoé")
    assert client.get("/", auth=("Zoé".encode(), PASSWORD.encode())).status_code == 401


def test_keys_and_passwords_do_not_get_in_each_others_way(
    application: FastAPI, command: Command, tmp_path: Path
) -> None:
    key = command("add", "a")[1].strip()
    command("user", "zoe", typed=PASSWORD)
    client = open_client(application, tmp_path, "keys", "page_users")
    assert client.get("/", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.post("/api/answer", json=QUESTION, auth=("zoe", PASSWORD)).status_code == 200
    assert client.post("/api/answer", json=QUESTION, auth=("zoe", key)).status_code == 401
    assert client.get("/", auth=("zoe", PASSWORD), headers={"X-API-Key": "wrong"}).status_code == 200


def test_passwords_cannot_be_tried_without_end(application: FastAPI, command: Command, tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text(
        json.dumps({"zoe": {"hash": hash_password(PASSWORD), "since": "2026-01-01T00:00:00+00:00"}})
    )
    client = open_client(application, tmp_path, "page_users")
    assert client.get("/config", auth=("zoe", PASSWORD)).status_code == 200
    statuses = {client.get("/config", auth=("zoe", f"faux {number}")).status_code for number in range(25)}
    assert statuses == {401, 429}
    refused = client.get("/config", auth=("zoe", "encore un autre"))
    assert_problem(refused, 429, "mots de passe")
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert client.get("/config", auth=("zoe", PASSWORD)).status_code == 200  # who is known goes on
