"""The files of deploy/: nginx runs with the very configuration before two servers; units and containers are checked."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chatbot.config import Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
SERVER = "server app:7860 resolve max_fails=2 fail_timeout=5s;"
PATIENCE = 20.0


class Replica(ThreadingHTTPServer):
    """Tells what it was asked, and streams a second event only once it is told that the first one arrived."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.arrived = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()


class Asked(BaseHTTPRequestHandler):
    server: Replica
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/stream"):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"data: un\n\n")
            self.server.arrived.wait(PATIENCE)
            self.wfile.write(b"data: deux\n\n")
            return
        body = json.dumps({"path": self.path, "port": self.server.server_port, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        pass


class Front:
    """nginx in front of two replicas."""

    def __init__(self, port: int, replicas: list[Replica]) -> None:
        self.port, self.replicas = port, replicas

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed here")
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    replicas, port = [Replica(), Replica()], find_port()
    assert text.count(SERVER) == text.count("listen 8080 ") == 1
    text = text.replace(
        SERVER, "".join(f"server 127.0.0.1:{replica.server_port} max_fails=2 fail_timeout=5s;" for replica in replicas)
    )
    text = text.replace("listen 8080 ", f"listen 127.0.0.1:{port} ").replace(" /tmp/", f" {tmp_path}/")
    text = text.replace("access_log /dev/stdout", f"access_log {tmp_path}/access.log")
    path = tmp_path / "nginx.conf"
    path.write_text("daemon off;\n" + text.replace("worker_processes auto", "worker_processes 1"), encoding="utf-8")
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if str(folder).startswith("/tmp/pytest"):
            folder.chmod(0o711)  # the worker of an nginx started by root is somebody else
    process = subprocess.Popen([nginx, "-c", str(path)], stderr=subprocess.PIPE, text=True)
    with ExitStack() as stack:
        for replica in replicas:
            stack.callback(replica.stop)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                threading.Event().wait(0.05)
        yield Front(port, replicas)


def test_an_address_that_a_client_invents_never_reaches_the_chatbot(front: Front) -> None:
    status, body = front.ask(
        "/api/search", X_Forwarded_For="6.6.6.6, 7.7.7.7", X_Real_IP="6.6.6.6", Forwarded="for=6.6.6.6"
    )
    headers = json.loads(body)["headers"]
    assert (status, headers["X-Forwarded-For"], headers["X-Real-IP"]) == (200, "127.0.0.1", "127.0.0.1")
    assert "6.6.6.6" not in body.decode()


@pytest.mark.parametrize("path", ["/api/answer/stream", "/v1/stream", "/gradio_api/queue/stream"])
def test_events_are_passed_on_at_once(front: Front, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=PATIENCE)
    connection.request("POST", path, b"{}", {"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    assert response.read1(100) == b"data: un\n\n"  # the second is not written before this is read
    for replica in front.replicas:
        replica.arrived.set()
    assert response.read() == b"data: deux\n\n"
    connection.close()


def test_a_replica_that_is_gone_fails_no_request(front: Front) -> None:
    seen = {json.loads(front.ask("/api/search")[1])["port"] for _ in range(20)}
    assert seen == {replica.server_port for replica in front.replicas}
    front.replicas[0].stop()
    for _ in range(20):
        assert front.ask("/api/search")[0] == 200
        assert front.ask("/api/answer", "POST", b"{}")[0] == 200


def test_what_is_not_public_or_too_large_stays_out(front: Front) -> None:
    assert front.ask("/metrics")[0] == 404
    assert front.ask("/gradio_api/upload", "POST", b"x")[0] == 404
    assert front.ask("/api/answer", "POST", bytes(4 * 1024 * 1024 + 1))[0] == 413
    assert front.ask("/api/search", Cookie="x" * 20_000)[0] == 400


def test_the_log_holds_no_question_and_no_address(front: Front, tmp_path: Path) -> None:
    front.ask("/api/search?q=secret")
    log = tmp_path / "access.log"
    for _ in range(200):
        if "/api/search" in log.read_text(encoding="utf-8"):
            break
        threading.Event().wait(0.02)
    assert "/api/search 200" in log.read_text(encoding="utf-8")
    assert not re.search(r"secret|127\.0\.0\.1", log.read_text(encoding="utf-8"))


@pytest.mark.parametrize("unit", ["chatbot.service", "chatbot-fetch.service"])
def test_the_units_are_right_and_hardened(unit: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed here")
    folder = tmp_path / "units"
    folder.mkdir()
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace("/opt/chatbot/.venv/bin/python", "/bin/true")
        (folder / path.name).write_text(text.replace("/opt/chatbot", "/"), encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(folder / unit)], capture_output=True, text=True, check=False
    )
    assert unit not in verified.stderr, verified.stderr
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(folder / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout


def test_the_containers_can_write_nothing_but_what_is_named() -> None:
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"chroma", "index", "app", "nginx"}
    for name, service in services.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"]["memory"]
    assert services["app"]["volumes"] == ["index:/index:ro"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    given = {name: str(value) for name, value in services["app"]["environment"].items() if name != "CHATBOT_SHEETS"}
    assert Settings.from_environment(given, None).proxies == ("172.30.7.0/24",)
    lines = (DEPLOY / ".env.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line.startswith("CHATBOT_"))
    assert Settings.from_environment(example, None).rate_limit == 3000


def test_no_file_names_a_package_index() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            hosts = set(re.findall(r"://([\w-]+(?:\.[\w-]+)+)", path.read_text(encoding="utf-8")))
            assert hosts <= {"127.0.0.1"}, (path, hosts)
