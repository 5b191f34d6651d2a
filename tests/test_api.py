"""The routes: the contract of the answer, and a problem document in French for whatever does not fit it."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.api import create_api
from chatbot.question import Turn
from tests.fake_chatbot import FakeChatbot, FakeService

TURN = {"role": "user", "content": "bonjour"}


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def client(service: FakeService) -> TestClient:
    return TestClient(create_api(service), raise_server_exceptions=False)


def assert_problem(response: Any, status: int, *words: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    for word in words:
        assert word in document["detail"]
    assert "Traceback" not in response.text


def test_an_answer_has_the_shape_of_the_contract(client: TestClient) -> None:
    response = client.post("/api/answer", json={"question": "Quel diplôme ?"})
    assert response.status_code == 200
    assert response.json() == {
        "answer": "Il faut un **bac + 5** [MET.1].",
        "status": "answered",
        "citations": [
            {
                "id": "MET.1",
                "kind": "metier",
                "title": "dompteur ou dompteuse de puces",
                "section": "Niveau d'accès minimum",
                "excerpt": "bac + 5",
                "url": "https://www.onisep.fr/http/redirection/metier/slug/MET.1",
            }
        ],
        "suggestions": ["Combien gagne un débutant ?"],
        "generator": "extractive",
    }


def test_question_is_trimmed_and_history_arrives_in_order(client: TestClient, service: FakeService) -> None:
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b [MET.1]"}]
    client.post("/api/answer", json={"question": " \u00a0et après ?\n", "history": history})
    assert service.chatbot is not None
    assert service.chatbot.asked == [("et après ?", (Turn("user", "a"), Turn("assistant", "b [MET.1]")))]


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("é" * 2000, id="longest"),
        pytest.param("🎓🎓", id="emoji only"),
        pytest.param("<script>alert(1)</script>", id="script"),
        pytest.param("<b>gras</b> &amp; <img src=x onerror=alert(1)>", id="html"),
        pytest.param("'; DROP TABLE sheets; --", id="sql"),
        pytest.param("a\x00b\x07c\x1b[31m", id="control characters"),
        pytest.param("\u202eמה המקצוע\u202c", id="right to left"),
        pytest.param("MET.99999", id="unknown ID"),
    ],
)
def test_strange_questions_reach_the_chatbot(client: TestClient, service: FakeService, question: str) -> None:
    response = client.post("/api/answer", json={"question": question})
    assert response.status_code == 200
    assert service.chatbot is not None
    [(asked, _)] = service.chatbot.asked
    assert asked and not any(ord(char) < 32 for char in asked)


def test_the_longest_body_that_the_contract_allows_is_served(client: TestClient) -> None:
    history = [{"role": "user", "content": "🎓" * 8000}] * 40
    response = client.post("/api/answer", json={"question": "🎓" * 2000, "history": history})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({}, ["question"], id="no question"),
        pytest.param({"question": ""}, ["question", "vide"], id="empty"),
        pytest.param({"question": " \n\t\u00a0"}, ["question", "vide"], id="blank"),
        pytest.param({"question": "\x00\x01"}, ["question", "vide"], id="control characters only"),
        pytest.param({"question": "x" * 3000}, ["question", "2000"], id="3,000 characters"),
        pytest.param({"question": 12}, ["question", "texte"], id="number"),
        pytest.param({"question": None}, ["question", "texte"], id="null"),
        pytest.param({"question": ["a"]}, ["question", "texte"], id="list"),
        pytest.param({"question": "a", "history": "b"}, ["history", "liste"], id="history is text"),
        pytest.param({"question": "a", "history": None}, ["history", "liste"], id="history is null"),
        pytest.param({"question": "a", "history": [TURN] * 200}, ["history", "40"], id="200 messages"),
        pytest.param({"question": "a", "history": ["b"]}, ["« history.0 » doit être un objet"], id="message is text"),
        pytest.param({"question": "a", "history": [{"role": "user"}]}, ["history.0.content"], id="no content"),
        pytest.param({"question": "a", "history": [TURN | {"role": "system"}]}, ["history.0.role"], id="role"),
        pytest.param({"question": "a", "history": [TURN | {"content": "x" * 8001}]}, ["8000"], id="long message"),
        pytest.param({"question": "a", "histoire": []}, ["histoire", "connu"], id="unknown field"),
        pytest.param({"question": "a", "\ud800": 1}, ["lire"], id="unknown field that is no text"),
        pytest.param({"question": "a\ud800"}, ["question"], id="half a surrogate pair"),
        pytest.param([], ["objet JSON"], id="a list"),
        pytest.param("quel métier ?", ["objet JSON"], id="a text"),
        pytest.param(None, ["objet JSON"], id="null body"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_in_french(client: TestClient, body: object, words: list[str]) -> None:
    content = json.dumps(body).encode()
    response = client.post("/api/answer", content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 422)
    for word in words:
        assert word in json.dumps(response.json(), ensure_ascii=False)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"question": ', id="cut short"),
        pytest.param(b"{'question': 'a'}", id="single quotes"),
        pytest.param(b'{"question": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(b"\x00\x01\x02", id="binary"),
        pytest.param(b"[" * 100_000, id="deep nesting"),
        pytest.param(b'{"question": ' + b"9" * 5000 + b"}", id="huge number"),
        pytest.param(b'{"question": NaN}', id="NaN"),
    ],
)
def test_malformed_json_is_refused_in_french(client: TestClient, content: bytes) -> None:
    response = client.post("/api/answer", content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 400 if response.status_code == 400 else 422)


def test_another_content_type_is_refused(client: TestClient) -> None:
    assert_problem(client.post("/api/answer", data={"question": "a"}), 422, "JSON")


@pytest.mark.parametrize("path", ["/api/nope", "/api/", "/api/answer/more", "/api/sheets/MET.99999", "/api/sheets/%00"])
def test_an_unknown_address_is_404(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404)


def test_a_wrong_method_is_405_with_the_right_ones(client: TestClient) -> None:
    response = client.get("/api/answer")
    assert_problem(response, 405, "méthode")
    assert response.headers["allow"] == "POST"
    assert_problem(client.delete("/api/health"), 405)
    for method in ("PUT", "TRACE", "PROPFIND"):
        response = client.request(method, "/api/compare")
        assert_problem(response, 405)
        assert response.headers["allow"] == "GET"


def test_without_an_index_only_health_answers(client: TestClient, service: FakeService) -> None:
    service.chatbot = None
    assert client.get("/api/health").json() == {"status": "ok"}
    assert_problem(client.get("/api/ready"), 503, "python -m chatbot index")
    assert_problem(client.get("/api/sheets/MET.1"), 503, "python -m chatbot index")
    assert_problem(client.post("/api/answer", json={"question": "a"}), 503, "python -m chatbot index")


def test_ready_says_what_the_index_holds(client: TestClient) -> None:
    assert client.get("/api/ready").json() == {
        "sheets": 1,
        "chunks": 2,
        "embedding": "fake",
        "indexed_at": "2026-01-02T00:00:00Z",
        "corpus_version": "de8e75",
        "corpus_date": "2026-01-01T00:00:00Z",
        "generator": "extractive",
        "remote_model": False,
        "degraded": False,
    }


def test_a_sheet_comes_with_its_facts_and_sections(client: TestClient) -> None:
    assert client.get("/api/sheets/MET.1").json() == {
        "id": "MET.1",
        "kind": "metier",
        "title": "dompteur ou dompteuse de puces",
        "url": "https://www.onisep.fr/http/redirection/metier/slug/MET.1",
        "facts": {"niveau": {"text": "bac + 5", "rank": 5}},
        "sections": [{"heading": "Présentation", "subheading": "", "text": "Il ou elle dresse des puces."}],
    }


def test_a_failure_inside_is_a_problem_without_its_traceback() -> None:
    class Broken(FakeChatbot):
        def answer(self, question: str, history: Any = ()) -> Any:
            raise RuntimeError("secret")

    client = TestClient(create_api(FakeService(Broken())), raise_server_exceptions=False)
    response = client.post("/api/answer", json={"question": "a"})
    assert_problem(response, 500, "serveur")
    assert "secret" not in response.text


def test_openapi_describes_answers_and_problems(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    routes = ["answer", "answer/stream", "health", "ready", "sheets/{sheet_id}"]
    routes += ["search", "explore", "compare", "parcours/{sheet_id}", "dossier"]
    openai = {"/v1/chat/completions", "/v1/models", "/v1/models/{name}"}
    assert set(paths) == {"/metrics", *openai, *(f"/api/{route}" for route in routes)}
    assert "application/problem+json" in paths["/api/answer"]["post"]["responses"]["422"]["content"]
    assert client.get("/docs").status_code == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
CLIENT = TestClient(create_api(FakeService()), raise_server_exceptions=False)
BODIES = st.fixed_dictionaries({}, optional={"question": JSON, "history": JSON, "other": JSON}) | JSON


@settings(max_examples=150, deadline=None)
@given(body=BODIES)
def test_no_body_at_all_is_a_server_error(body: object) -> None:
    content = json.dumps(body).encode()
    response = CLIENT.post("/api/answer", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code in (200, 400, 422)
