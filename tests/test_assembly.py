"""The server's index: absent, then there, then replaced, while it goes on answering."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from chatbot.api import OpenIndex, create_api
from chatbot.browse import Browser
from chatbot.config import Settings
from chatbot.index import Index, IndexCorrupted, build_index, open_index
from chatbot.live import LiveIndex
from tests.fake_chatbot import FakeChatbot, FakeSearcher
from tests.fake_embedder import FakeEmbedder

DEADLINE = 10.0


class Server:
    """Routes over a live index of fake embeddings; each version answers with the number of its sheets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(vectorstore=folder / "vectorstore", embedding="fake")
        self.opened: list[Index] = []
        self.live = LiveIndex(self.settings.vectorstore, self.open, watch_seconds=0.02, grace_seconds=0.02)
        self.client = TestClient(create_api(self.live))

    def open(self) -> tuple[Index, OpenIndex]:
        index = open_index(self.settings.vectorstore, self.settings, open_model=lambda choice: FakeEmbedder())
        self.opened.append(index)
        chatbot = FakeChatbot(text=f"{len(index.catalogue)} [MET.1].")
        ready = OpenIndex(
            chatbot,  # type: ignore[arg-type]
            Browser(index.catalogue, FakeSearcher()),
            len(index.catalogue),
            len(index.chunks),
            index.manifest.embedding,
            index.created_at,
            index.version,
        )
        return index, ready

    def index(self, *sheet_ids: str) -> None:
        sheets = self.folder / "sheets"
        sheets.mkdir(exist_ok=True)
        for sheet_id in sheet_ids:
            (sheets / f"{sheet_id}.md").write_text(f"# puce\n**ID:** {sheet_id}\n", encoding="utf-8")
        build_index(
            [sheets], self.settings, report=str, open_model=lambda choice: FakeEmbedder(), everyday_folder=sheets
        )

    def answer(self) -> str:
        response = self.client.post("/api/answer", json={"question": "Combien ?"})
        return response.json()["answer"] if response.status_code == 200 else str(response.status_code)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.live.stop()


def wait_for(answer: str, ask: Callable[[], str]) -> None:
    end = time.monotonic() + DEADLINE
    while ask() != answer:
        assert time.monotonic() < end, f"still {ask()!r}, not {answer!r}"
        time.sleep(0.01)


def test_without_an_index_the_server_says_so_until_there_is_one(server: Server) -> None:
    server.live.start()
    assert server.client.get("/api/health").status_code == 200
    assert server.client.get("/api/ready").status_code == 503
    assert server.answer() == "503"
    server.index("MET.1")
    wait_for("1 [MET.1].", server.answer)
    ready = server.client.get("/api/ready").json()
    assert (ready["sheets"], ready["chunks"], ready["embedding"]) == (1, 1, "fake")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(ready["indexed_at"])).total_seconds()) < 60


def test_a_new_index_takes_over_without_a_pause(server: Server) -> None:
    server.index("MET.1")
    server.live.start()
    seen = {server.answer()}
    server.index("MET.2")

    def ask() -> str:
        seen.add(server.answer())
        return server.answer()

    wait_for("2 [MET.1].", ask)
    assert seen <= {"1 [MET.1].", "2 [MET.1]."}


def test_a_new_index_that_is_damaged_leaves_the_old_one_answering(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.index("MET.1")
    server.live.start()
    (server.settings.vectorstore / "CURRENT").write_text("garbage")
    wait_for("yes", lambda: "yes" if "all goes on as before" in caplog.text else "no")
    assert server.answer() == "1 [MET.1]."


def test_a_damaged_index_keeps_the_server_from_starting(server: Server) -> None:
    server.index("MET.1")
    (server.settings.vectorstore / "CURRENT").write_text("garbage")
    with pytest.raises(IndexCorrupted):
        server.live.start()
