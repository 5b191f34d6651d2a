"""Vectors on a Chroma server: published, synced and cleaned as in a folder; while it is away, keywords go on."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import chromadb
import pytest
from chromadb.api import ClientAPI
from fastapi.testclient import TestClient

from chatbot.api import OpenIndex, create_api
from chatbot.assembly import build_retriever, wire_index
from chatbot.browse import Browser
from chatbot.index import EVERYDAY, Index, IndexCorrupted, IndexMismatch, ServerAway, current_version
from chatbot.index.versions import REPLACED
from tests.chroma import ChromaServer
from tests.small_world import TAMER, put_on_server
from tests.workshop import Workshop

DEADLINE = 20.0


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def workshop(tmp_path: Path, chroma: ChromaServer) -> Workshop:
    workshop = Workshop(tmp_path)
    workshop.settings = replace(workshop.settings, chroma_url=chroma.url)
    return workshop


def client_of(chroma: ChromaServer) -> ClientAPI:
    return chromadb.HttpClient("127.0.0.1", chroma.port)


def collections(chroma: ChromaServer) -> set[str]:
    return {collection.name for collection in client_of(chroma).list_collections()}


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_vectors_are_found_on_the_server_and_none_are_in_the_folder(workshop: Workshop, chroma: ChromaServer) -> None:
    workshop.index()
    version = current_version(workshop.settings.vectorstore)
    assert {f"{version}-chunks", f"{version}-everyday"} <= collections(chroma)
    assert not list(workshop.settings.vectorstore.rglob("*.sqlite3"))
    assert workshop.nearest("dresse des puces")[0].startswith("MET.1#")
    assert workshop.nearest("fantôme", EVERYDAY)[0] == "MET.9#0"


def test_only_a_changed_sheet_is_embedded_again(workshop: Workshop) -> None:
    workshop.index()
    workshop.write("MET.2", "souffleuse de verre", "Elle grave le cristal.")
    outcome = workshop.index()
    assert (outcome.changes.added, outcome.changes.changed, outcome.changes.removed) == (0, 1, 0)
    assert all("verre" in text for text in workshop.embedder.encoded) and workshop.embedder.encoded
    assert workshop.nearest("cristal")[0].startswith("MET.2#")
    assert workshop.nearest("dresse des puces")[0].startswith("MET.1#")


def test_a_sheet_that_is_gone_is_found_no_more(workshop: Workshop) -> None:
    workshop.index()
    (workshop.sheets / "MET.2.md").unlink()
    workshop.index()
    assert not [key for key in workshop.nearest("souffle le verre") if key.startswith("MET.2#")]


def test_collections_go_with_the_folder_of_their_version_and_those_of_others_stay(
    workshop: Workshop, chroma: ChromaServer
) -> None:
    foreign = "20200101T000000-00000000-chunks"  # another installation's, by its name
    client_of(chroma).create_collection(foreign, embedding_function=None)
    versions = []
    for text in ("un", "deux", "trois"):
        workshop.write("MET.2", "souffleuse de verre", text)
        workshop.index()
        versions.append(current_version(workshop.settings.vectorstore))
    killed = workshop.settings.vectorstore / "20200101T000000-11111111"  # an indexer was killed there
    killed.mkdir()
    client_of(chroma).create_collection(f"{killed.name}-chunks", embedding_function=None)
    for version in versions[:2]:  # long ago
        (workshop.settings.vectorstore / str(version) / REPLACED).unlink()
    workshop.index()
    left = collections(chroma)
    assert f"{versions[0]}-chunks" not in left and f"{killed.name}-chunks" not in left and not killed.exists()
    assert {foreign, f"{versions[1]}-chunks", f"{versions[2]}-chunks"} <= left


def test_a_rollback_finds_the_vectors_of_the_version_before(workshop: Workshop) -> None:
    workshop.index()
    workshop.write("MET.1", "dompteur de tigres", "Il dresse des tigres.")
    workshop.index()
    workshop.roll_back()
    assert workshop.nearest("puces")[0].startswith("MET.1#")
    assert workshop.index().held


def test_the_other_place_is_a_mismatch_until_indexed_there(workshop: Workshop) -> None:
    on_server = workshop.settings
    workshop.index()
    workshop.settings = replace(on_server, chroma_url="")
    with pytest.raises(IndexMismatch, match=r"a Chroma server, settings name no such server\. Set CHATBOT_CHROMA_URL"):
        workshop.open()
    assert workshop.index().published
    assert workshop.nearest("puces")[0].startswith("MET.1#")
    workshop.settings = on_server
    with pytest.raises(IndexMismatch, match="its folder, settings name the Chroma server"):
        workshop.open()


def test_a_server_that_lost_the_vectors_is_a_damaged_index(workshop: Workshop, chroma: ChromaServer) -> None:
    workshop.index()
    client_of(chroma).delete_collection(f"{current_version(workshop.settings.vectorstore)}-chunks")
    with pytest.raises(IndexCorrupted, match="--full"):
        workshop.open()
    workshop.write("MET.2", "souffleuse de verre", "Elle grave.")
    with pytest.raises(IndexCorrupted, match="--full"):
        workshop.index()
    workshop.index(full=True)
    assert workshop.nearest("puces")[0].startswith("MET.1#")


def test_without_the_server_nothing_is_indexed_and_all_stays(workshop: Workshop) -> None:
    workshop.settings = replace(workshop.settings, chroma_url="http://somebody:secret@127.0.0.1:9")
    with pytest.raises(ServerAway, match=r"'http://127.0.0.1:9' does not answer.*Start it") as raised:
        workshop.index()
    assert "secret" not in str(raised.value)
    assert current_version(workshop.settings.vectorstore) is None


def test_the_token_reaches_the_server(workshop: Workshop) -> None:
    seen: list[tuple[str | None, str | None]] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.headers["Authorization"], self.headers["X-Chroma-Token"]))
            self.send_error(401)

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        workshop.settings = replace(
            workshop.settings, chroma_url=f"http://127.0.0.1:{proxy.server_port}", chroma_token="k3y"
        )
        with pytest.raises(ServerAway) as raised:
            workshop.index()
        proxy.shutdown()
    assert seen[0] == ("Bearer k3y", "k3y")
    assert "k3y" not in str(raised.value) + repr(workshop.settings)


UNSAID = "Je veux faire sauter des insectes sous un chapiteau"


def find(browser: Browser) -> list[str]:
    return [card.sheet_id for card in browser.search(UNSAID, "", 5)]


@dataclass
class Opened:
    """A service over one open index."""

    index: OpenIndex

    def open_index(self) -> OpenIndex:
        return self.index


class Asked:
    """Threads that ask one question after the other, and what came of it."""

    def __init__(self, client: TestClient, threads: int) -> None:
        self.statuses: list[int] = []
        self.longest = 0.0
        self._client, self._ended = client, threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(threads)]

    def __enter__(self) -> "Asked":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        asked = 0
        while not self._ended.is_set():
            asked += 1
            started = time.monotonic()
            question = f"Salaire du dresseur de puces {number}-{asked}"
            response = self._client.post("/api/answer", json={"question": question})
            self.longest = max(self.longest, time.monotonic() - started)
            self.statuses.append(response.status_code if TAMER in response.text else -response.status_code)


def test_a_server_killed_under_load_degrades_answers_and_fails_none(tmp_path: Path, small_index: Index) -> None:
    chroma = ChromaServer(tmp_path / "chroma")
    chroma.start()
    index = put_on_server(small_index, tmp_path, chroma.url)
    opened = wire_index(index)
    client = TestClient(create_api(Opened(opened)))

    def degraded() -> bool:
        found = client.get("/api/ready").json()["degraded"]
        assert isinstance(found, bool)
        return found

    try:
        assert not degraded()
        with Asked(client, 4) as asked:
            wait_until(lambda: len(asked.statuses) > 20)
            chroma.kill()
            wait_until(degraded)
            count = len(asked.statuses)
            wait_until(lambda: len(asked.statuses) > count + 40)
            chroma.start()
            wait_until(lambda: not degraded())
            count = len(asked.statuses)
            wait_until(lambda: len(asked.statuses) > count + 20)
        assert set(asked.statuses) == {200}
        assert asked.longest < 5
        chroma.send(signal.SIGSTOP)  # it takes connections and says nothing
        started = time.monotonic()
        wait_until(degraded)
        assert client.post("/api/answer", json={"question": "Salaire du gardien de phare ?"}).status_code == 200
        assert time.monotonic() - started < 8
        whole = find(Browser(small_index.catalogue, build_retriever(small_index)))
        assert find(opened.browser) != whole
        chroma.send(signal.SIGCONT)
        wait_until(lambda: not degraded())
        assert find(opened.browser) == whole  # what was found without vectors is forgotten
    finally:
        index.close()
        chroma.kill()


def test_a_process_starts_without_the_server_and_takes_it_when_it_is_there(
    workshop: Workshop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chroma = ChromaServer(tmp_path / "chroma")
    chroma.start()
    workshop.settings = replace(workshop.settings, chroma_url=chroma.url)
    workshop.index()
    workshop.write("MET.3", "loueuse de manèges", "Elle loue des manèges.")
    workshop.index()
    chroma.kill()
    with caplog.at_level(logging.WARNING):
        index = workshop.open()
    try:
        vector = index.embedder.encode_query("puces")
        assert index.degraded and index.nearest(vector, 5) == [] and index.keywords.stems_of("puces")
        assert "Answers rest on keywords alone" in caplog.text
        with pytest.raises(ServerAway):
            workshop.roll_back()
        assert workshop.open().version == index.version
        chroma.start()
        wait_until(lambda: not index.degraded)
        assert index.nearest(vector, 5)[0][0].startswith("MET.1#")
    finally:
        index.close()
        chroma.kill()

