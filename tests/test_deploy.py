"""The files of deploy/: nginx runs with the very configuration before two servers; units and containers are checked."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chatbot.config import Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
SERVERS = re.compile(r"server app:7860 resolve (.*;)")
FORWARDED = "set_real_ip_from 10.0.0.1; real_ip_header X-Forwarded-For;"
PATIENCE = 20.0


class Replica(ThreadingHTTPServer):
    """Tells what it was asked, and streams a second event only once it is told that the first one arrived.

    While it is `busy` it takes no question.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.arrived, self.busy = threading.Event(), False
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()


class Asked(BaseHTTPRequestHandler):
    server: Replica
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

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
        busy = self.server.busy and self.path == "/api/answer"
        body = json.dumps({"path": self.path, "port": self.server.server_port, "headers": dict(self.headers)}).encode()
        self.send_response(503 if busy else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        pass


class Front:
    """nginx in front of two replicas, and the files that it logs to."""

    def __init__(self, port: int, replicas: list[Replica], access: Path, errors: Path) -> None:
        self.port, self.replicas, self.access, self.errors = port, replicas, access, errors

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    with run_nginx(tmp_path, (DEPLOY / "nginx.conf").read_text(encoding="utf-8")) as front:
        yield front


@contextmanager
def run_nginx(folder: Path, text: str) -> Iterator[Front]:
    """Run nginx as a configuration says, but for its port, its folder, and two replicas by their addresses."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed here")
    replicas, port = [Replica(), Replica()], find_port()
    assert len(SERVERS.findall(text)) == 2 and text.count("listen 8080 ") == 1
    text = SERVERS.sub(
        lambda line: "".join(f"server 127.0.0.1:{replica.server_port} {line[1]}" for replica in replicas), text
    )
    text = text.replace("listen 8080 ", f"listen 127.0.0.1:{port} ").replace(" /tmp/", f" {folder}/")
    access, errors, path = (folder / name for name in ("access.log", "errors.log", "nginx.conf"))
    text = text.replace("access_log /dev/stdout", f"access_log {access}")
    path.write_text("daemon off;\n" + text.replace("worker_processes auto", "worker_processes 1"), encoding="utf-8")
    folder.chmod(0o755)
    for parent in folder.parents:
        if str(parent).startswith("/tmp/pytest"):
            parent.chmod(0o711)  # the worker of an nginx started by root is somebody else
    with ExitStack() as stack:
        process = subprocess.Popen([nginx, "-c", str(path)], stderr=stack.enter_context(errors.open("w")))
        for replica in replicas:
            stack.callback(replica.stop)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None, errors.read_text(encoding="utf-8")
                threading.Event().wait(0.05)
        yield Front(port, replicas, access, errors)


def test_an_address_that_a_client_invents_never_reaches_the_chatbot(front: Front) -> None:
    invented = {"X-Forwarded-For": "6.6.6.6, 7.7.7.7", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    status, body = front.ask("/api/search", headers={"X-Forwarded-Proto": "https", **invented})
    headers = json.loads(body)["headers"]
    assert (status, headers["X-Forwarded-For"], headers["X-Real-IP"]) == (200, "127.0.0.1", "127.0.0.1")
    assert headers["X-Forwarded-Proto"] == "http"
    assert "6.6.6.6" not in body.decode()


def test_a_proxy_that_is_declared_is_believed(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert text.count(f"# {FORWARDED}") == text.count("# 10.0.0.1 yes;") == 1
    text = text.replace(f"# {FORWARDED}", FORWARDED.replace("10.0.0.1", "127.0.0.1"))
    with run_nginx(tmp_path, text.replace("# 10.0.0.1 yes;", "127.0.0.1 yes;")) as front:
        status, body = front.ask("/api/search", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"})
    headers = json.loads(body)["headers"]
    assert (status, headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == (200, "6.6.6.6", "https")


def test_the_chatbot_is_told_the_address_of_the_page_with_its_port(front: Front) -> None:
    headers = json.loads(front.ask("/page/answer", "POST", b"{}")[1])["headers"]
    assert headers["Host"] == headers["X-Forwarded-Host"] == f"127.0.0.1:{front.port}"  # as in the page's Origin


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


def test_replicas_with_too_many_questions_refuse_these_alone(front: Front) -> None:
    for replica in front.replicas:
        replica.busy = True
    for _ in range(6):
        status, body = front.ask("/api/answer", "POST", b"{}")
        assert status == 503 and (b'"path": "/api/answer"' in body or "Réessayez".encode() in body)
        assert front.ask("/api/search")[0] == 200
    for replica in front.replicas:
        replica.busy = False
    assert front.ask("/api/answer", "POST", b"{}")[0] == 200


def test_what_nginx_refuses_is_a_problem_in_french_with_a_time_to_wait(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=PATIENCE)
    with closing(connection):
        for _ in range(700):  # a burst of 500, and 50 more a second
            connection.request("GET", "/api/search?q=secret")
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                break
    assert (response.status, response.headers["Retry-After"], json.loads(body)["status"]) == (429, "10", 429)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Attendez quelques secondes" in json.loads(body)["detail"]
    assert front.ask("/assets/a.js")[0] == 200  # a page that is open goes on being shown


def test_without_any_replica_the_refusal_can_be_read_and_no_log_tells_of_anybody(front: Front) -> None:
    for replica in front.replicas:
        replica.stop()
    for path in ("/api/search?q=secret", "/api/answer"):
        status, body = front.ask(path, "POST", b'{"question": "secret"}')
        assert (status, json.loads(body)["status"]) == (503, 503)
        assert "Réessayez" in json.loads(body)["detail"]
    assert "secret" not in front.errors.read_text(encoding="utf-8")


def test_what_is_not_public_or_too_large_stays_out(front: Front) -> None:
    assert front.ask("/metrics")[0] == 404
    assert front.ask("/gradio_api/upload", "POST", b"x")[0] == 404
    status, body = front.ask("/api/answer", "POST", bytes(4 * 1024 * 1024 + 1))
    assert (status, json.loads(body)["detail"]) == (413, "La requête est trop volumineuse : 4 Mio au plus.")
    assert front.ask("/api/search", headers={"Cookie": "x" * 20_000})[0] == 400


def test_the_log_holds_no_question_and_no_address(front: Front) -> None:
    front.ask("/api/search?q=secret")
    for _ in range(200):
        if "/api/search" in front.access.read_text(encoding="utf-8"):
            break
        threading.Event().wait(0.02)
    assert "/api/search 200" in front.access.read_text(encoding="utf-8")
    assert not re.search(r"secret|127\.0\.0\.1", front.access.read_text(encoding="utf-8"))


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
    assert services["index"]["volumes"][1].endswith(f":/{Settings().sheets[0]}:ro")  # the default
    assert "WORKDIR /\n" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    given = {name: str(value) for name, value in services["app"]["environment"].items() if name != "CHATBOT_SHEETS"}
    assert Settings.from_environment(given, None).proxies == ("172.30.7.0/24",)
    lines = (DEPLOY / ".env.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line.startswith("CHATBOT_"))
    assert Settings.from_environment(example, None).rate_limit == 3000


@pytest.mark.parametrize(("part", "heavy"), [("serving", 0), ("indexing", 2)])
def test_what_serves_needs_no_torch_and_comes_with_what_builds_the_package(part: str, heavy: int) -> None:
    command = [sys.executable, str(DEPLOY / "requirements.py"), part]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, cwd=DEPLOY.parent).stdout.splitlines()
    assert sum(line.startswith(("torch", "sentence-transformers")) for line in lines) == heavy
    assert ("setuptools>=77" in lines) == (part == "serving")  # Python 3.11 makes environments with 65


def test_no_file_names_a_package_index() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            hosts = set(re.findall(r"://([\w-]+(?:\.[\w-]+)+)", path.read_text(encoding="utf-8")))
            assert hosts <= {"127.0.0.1"}, (path, hosts)
