"""Paths in IDs, addresses and names of files: nothing outside is read or written, no terminal is steered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from chatbot.api import create_api
from chatbot.checking import check_paths
from chatbot.sheets import printable, read_sheets
from chatbot.ui import mount_page
from tests.fake_chatbot import FakeService

ROOT = Path(__file__).parent.parent
SHEET = "# luthier de poche\n**ID:** REG.3\n\n## Présentation\n\nDes violons.\n"
CLIMBS = [
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cwindows%5cwin.ini",
    "....//....//etc/passwd", "%00", "MET.1%00.md", "/etc/passwd", "%252e%252e%252fetc%252fpasswd", "C:%5cboot.ini",
    "CON", "MET.1%0d%0aSet-Cookie:%20a=b", "%ff%fe", "..;/..;/etc/passwd", "~root", "file:///etc/passwd",
]  # fmt: skip
WHERE = [
    "/api/sheets/{}", "/api/parcours/{}", "/api/parcours/{}?format=svg", "/page/{}", "/static-offline-docs/{}",
    "/gradio_api/file={}", "/file={}", "/static/{}", "/assets/{}", "/{}",
]  # fmt: skip


@pytest.fixture(scope="module")
def client() -> TestClient:
    service = FakeService()
    return TestClient(mount_page(create_api(service), service), raise_server_exceptions=False)


@pytest.mark.parametrize("place", WHERE)
def test_an_address_reads_no_file_outside(client: TestClient, place: str) -> None:
    for climb in CLIMBS:
        response = client.get(place.format(climb), follow_redirects=False)
        assert response.status_code < 500, climb
        assert "root:" not in response.text, climb
        assert "set-cookie" not in response.headers or "a=b" not in response.headers["set-cookie"], climb
        if place.startswith(("/api/", "/page/", "/gradio_api/")):
            assert response.status_code in (307, 400, 403, 404), (climb, response.status_code)


@pytest.mark.parametrize("file", ["README.md", "pyproject.toml", "chatbot/config.py", ".env", "/etc/passwd"])
def test_gradio_gives_no_file_of_the_project(client: TestClient, file: str) -> None:
    for path in (file, str(ROOT / file)):
        assert client.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_a_dossier_s_name_and_headers_hold_nothing_of_the_client(client: TestClient) -> None:
    body = {"format": "md", "sheets": ["MET.1"], "title": 'a"\r\nSet-Cookie: a=b; filename="../../x'}
    response = client.post("/api/dossier", json=body)
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    assert response.headers["content-disposition"].count('"') == 2
    assert ".." not in response.headers["content-disposition"]


def test_links_among_sheets_neither_loop_nor_lead_to_what_is_no_sheet(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "REG.3.md").write_text(SHEET, encoding="utf-8")
    (folder / "loop").symlink_to(folder)
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "gone.md").symlink_to(tmp_path / "nothing")
    (folder / "zero.md").symlink_to("/dev/zero")
    (folder / "passwd.md").symlink_to("/etc/passwd")
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    reading = read_sheets([folder])
    assert list(reading.sheets) == ["REG.3"]
    assert sorted(problem.path.name for problem in reading.problems) == [
        "gone.md", "passwd.md", "pipe.md", "round.md", "zero.md",
    ]  # fmt: skip
    assert all("root:" not in remark.text for remark in check_paths([folder])[1])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"\x1b]0;x\x07\x1b[31mrouge.md", id="escapes"),
        pytest.param(b"a\nREG.9.md:1: tout va bien.md", id="line break"),
        pytest.param(b"\xff\xfe.md", id="no UTF-8"),
        pytest.param("\u202edm.exe.md".encode(), id="right to left"),
    ],
)
def test_a_name_of_a_file_steers_no_terminal(tmp_path: Path, name: bytes) -> None:
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write(SHEET.replace("REG.3", "reg\x1b[2J").encode())
    command = [sys.executable, "-m", "chatbot", "check", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True)
    assert ended.returncode == 1, ended.stderr
    told = (ended.stdout + ended.stderr).decode("utf-8")
    assert printable(told) == told
    assert not any(line.startswith("REG.9") for line in told.split("\n"))
