"""Several processes: one that dies is replaced, a new index reaches all, and the end comes after the last answer."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from chatbot.config import Settings
from chatbot.index import build_index
from tests.fake_chatbot import FakeService
from tests.fake_embedder import FakeEmbedder
from tests.served import ASKED, GO_ON
from tests.site import DESK, Site, ask, find_port, go, open_page

DEADLINE = 120.0  # seconds: machines that test are busy
QUESTION = {"question": "Combien ?"}


class Served:
    """`tests.served` in a child process."""

    def __init__(self, kind: str, folder: Path, workers: int) -> None:
        self.port = find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.served", kind, str(folder), str(self.port), str(workers)],
            env=os.environ | {"TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def answer(self) -> str:
        """Ask over a connection of its own, so that any process may take it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        with closing(connection):
            connection.request("POST", "/api/answer", json.dumps(QUESTION), {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = json.loads(response.read())
        assert response.status == 200, body
        return str(body["answer"])

    def is_listening(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except OSError:
            return False

    def end(self) -> tuple[int, str]:
        """Give the exit code, and what it said of anything that went wrong."""
        _, errors = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, errors


@contextmanager
def serve(kind: str, folder: Path, workers: int) -> Iterator[Served]:
    served = Served(kind, folder, workers)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.process.terminate()
            try:
                served.process.communicate(timeout=DEADLINE)
            except subprocess.TimeoutExpired:
                served.process.kill()
                raise


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_under_way_is_finished_and_nothing_new_is_taken(tmp_path: Path, workers: int) -> None:
    for pipe in (ASKED, GO_ON):
        os.mkfifo(tmp_path / pipe)
    with serve("slow", tmp_path, workers) as served:
        served.wait_until_ready()
        answers: list[httpx.Response] = []

        def ask_slowly() -> None:
            answers.append(httpx.post(f"{served.url}/page/answer", json={"question": "Lentement ?"}, timeout=DEADLINE))

        thread = threading.Thread(target=ask_slowly)
        thread.start()
        (tmp_path / ASKED).read_text()  # until the answer is under way
        served.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not served.is_listening())
        assert served.process.poll() is None
        (tmp_path / GO_ON).write_text("go on")
        thread.join(DEADLINE)
        assert answers[0].status_code == 200 and '"done": true' in answers[0].text
        assert served.end() == (0, "")


def test_what_can_not_start_says_why_and_ends(tmp_path: Path) -> None:
    with serve("broken", tmp_path, 2) as served:
        code, errors = served.end()
    assert code == 2
    assert "Broken on purpose." in errors and "Traceback" not in errors


@contextmanager
def publishing(folder: Path) -> Iterator[Callable[[str], None]]:
    """Give what writes one sheet more and publishes the index."""
    settings = Settings(vectorstore=folder / "vectorstore", embedding="fake", workers=2)
    sheets = folder / "sheets"
    sheets.mkdir()

    def publish(sheet_id: str) -> None:
        (sheets / f"{sheet_id}.md").write_text(f"# puce\n**ID:** {sheet_id}\n", encoding="utf-8")
        build_index([sheets], settings, report=str, open_model=lambda choice: FakeEmbedder(), everyday_folder=sheets)

    publish("MET.1")
    yield publish


def test_all_processes_take_a_new_index_and_one_that_is_killed_comes_back(tmp_path: Path) -> None:
    seen: dict[str, str] = {}  # the last count of sheets, by process
    failures: list[Exception] = []
    ended = threading.Event()
    with ExitStack() as stack:
        publish = stack.enter_context(publishing(tmp_path))
        served = stack.enter_context(serve("indexed", tmp_path, 2))
        served.wait_until_ready()

        def ask_on() -> None:
            while not ended.is_set():
                try:
                    count, process = served.answer().split()
                    seen[process] = count
                except (OSError, http.client.HTTPException, AssertionError) as error:
                    failures.append(error)

        threads = [threading.Thread(target=ask_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: list(seen.values()) == ["1", "1"])
        publish("MET.2")
        wait_until(lambda: list(seen.values()) == ["2", "2"])
        assert failures == []
        copies = {path.name for path in tmp_path.glob("chatbot-vectors-*")}
        killed = next(iter(seen))
        os.kill(int(killed), signal.SIGKILL)  # what it was answering fails
        wait_until(lambda: list(seen.values()) == ["2"] * 3)
        assert len(copies - {path.name for path in tmp_path.glob("chatbot-vectors-*")}) >= 1  # its copy is gone
        ended.set()
        for thread in threads:
            thread.join()
        served.process.terminate()
        assert served.end() == (0, "")
    assert not list(tmp_path.glob("*chatbot-vectors-*"))


def test_processes_share_the_clients_that_one_of_them_had_taken(tmp_path: Path) -> None:
    with serve("shared", tmp_path, 2) as served, ExitStack() as stack:
        served.wait_until_ready()
        processes: set[str] = set()

        def seen_both() -> bool:
            processes.add(served.answer())
            return len(processes) == 2

        wait_until(seen_both)
        stopped = int(min(processes))
        os.kill(stopped, signal.SIGSTOP)
        try:
            clients = [stack.enter_context(httpx.Client(timeout=DEADLINE)) for _ in range(8)]
            first = [ask_with(client, served.url) for client in clients]
        finally:
            os.kill(stopped, signal.SIGCONT)
        assert set(first) == processes - {str(stopped)}
        last = dict(enumerate(first))
        shared = threading.Event()

        def ask_on(number: int) -> None:
            while not shared.is_set():
                last[number] = ask_with(clients[number], served.url)

        with ThreadPoolExecutor(len(clients)) as pool:
            done = [pool.submit(ask_on, number) for number in last]
            try:
                wait_until(lambda: sorted(Counter(last.values()).values()) == [4, 4])
            finally:
                shared.set()
        for one in done:
            one.result()


def ask_with(client: httpx.Client, url: str) -> str:
    """Ask over the connection that a client keeps, if it may; give the process that answered."""
    response = client.post(f"{url}/api/answer", json=QUESTION)
    assert response.status_code == 200, response.text
    return str(response.json()["answer"])


def test_the_whole_page_works_when_each_request_goes_to_another_process(tmp_path: Path, browser: Browser) -> None:
    with serve("slow", tmp_path, 2) as served:
        served.wait_until_ready()
        processes = set()
        with open_page(browser, Site(served.url, FakeService(), Path()), DESK) as page:
            page.on("response", lambda response: processes.add(response.headers.get("x-process")))
            for number in range(3):
                ask(page, f"Quel diplôme {number} ?")
            page.reload()
            expect(page.locator("#log").get_by_text("Il faut un bac + 5")).to_have_count(3)
            page.get_by_role("link", name="MET.1, fiche").first.click()
            expect(page.get_by_role("heading", name="Dompteur ou dompteuse de puces")).to_be_visible()
            go(page, "Explorer")
            expect(page.locator("#vue-explorer .card").first).to_be_visible()
        assert len(processes - {None}) == 2


def test_slow_clients_hold_nobody_up(tmp_path: Path) -> None:
    content = b'{"question": "Combien ?"}'
    head = b"POST /api/answer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    whole = head % len(content) + content
    with ExitStack() as stack:
        served = stack.enter_context(serve("slow", tmp_path, 1))
        served.wait_until_ready()
        cuts = [part for part in (10, len(whole) - 5, len(whole)) for _ in range(60)]  # 60 of each, of 40 threads
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", served.port))) for _ in cuts]
        for connection, cut in zip(slow, cuts, strict=True):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # reads nothing of its answer
            connection.sendall(whole[:cut])
        started = time.monotonic()
        assert [served.answer() for _ in range(5)] == ["Il faut un **bac + 5** [MET.1]."] * 5
        assert time.monotonic() - started < DEADLINE / 4
        for connection, cut in zip(slow, cuts, strict=True):
            connection.settimeout(DEADLINE)
            connection.sendall(whole[cut:])
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
