"""OpenAI's interface, as its own client sees it: answers with sources, streams, models, errors, clients' chores."""

import json
from collections.abc import Iterator

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from chatbot.api.openai import strip_sources
from chatbot.question import Turn
from tests.fake_chatbot import FakeChatbot, FakeService
from tests.test_stream import PATIENCE, QUESTION, Endless, Writer, leave_after, serve

TEXT = "Il faut un **bac + 5** [MET.1]."
URL = "https://www.onisep.fr/http/redirection/metier/slug/MET.1"
SOURCES = f"\n\n**Sources**\n\n- [dompteur ou dompteuse de puces]({URL}) (MET.1)"
ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Quel diplôme ?"}]
HISTORY = f"""<chat_history>
USER: quel diplôme pour dompter
des puces ?
ASSISTANT: {TEXT}
</chat_history>"""


@pytest.fixture(scope="module")
def service() -> FakeService:
    return FakeService()


@pytest.fixture(scope="module")
def address(service: FakeService) -> Iterator[str]:
    with serve(service) as url:
        yield url


@pytest.fixture
def chatbot(service: FakeService) -> FakeChatbot:
    service.chatbot = FakeChatbot()
    return service.chatbot


@pytest.fixture
def client(address: str, chatbot: FakeChatbot) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0, timeout=PATIENCE) as client:
        yield client


def test_a_completion_holds_the_answer_and_its_sources(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="orientation", messages=ASKED)
    [choice] = completion.choices
    assert choice.message.content == TEXT + SOURCES
    assert choice.finish_reason == "stop"
    assert choice.message.annotations is not None
    [annotation] = choice.message.annotations
    place = annotation.url_citation
    assert TEXT[place.start_index : place.end_index] == "[MET.1]"
    assert (place.url, place.title) == (URL, "dompteur ou dompteuse de puces")
    extra = choice.message.model_extra
    assert extra is not None
    assert [citation["excerpt"] for citation in extra["citations"]] == ["bac + 5"]
    assert (extra["status"], extra["suggestions"]) == ("answered", ["Combien gagne un débutant ?"])
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == 4
    assert completion.usage.total_tokens == 4 + completion.usage.completion_tokens


def test_a_stream_holds_the_same_and_its_usage(client: openai.OpenAI, service: FakeService) -> None:
    writer = service.chatbot = Writer()
    writer.go_on.set()
    completions = client.chat.completions
    stream = completions.create(
        model="orientation", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    *parts, last, counted = chunks = list(stream)
    texts = [part.choices[0].delta.content for part in parts]
    assert parts[0].choices[0].delta.role == "assistant"
    assert texts == ["", "Il faut un **bac + 5**", " [MET.1].", SOURCES]
    extra = parts[-1].choices[0].delta.model_extra
    assert extra is not None
    assert [citation["id"] for citation in extra["citations"]] == ["MET.1"]
    assert extra["annotations"][0]["url_citation"]["url"] == URL
    assert [choice.finish_reason for choice in last.choices] == ["stop"]
    assert counted.choices == []
    assert counted.usage is not None
    assert counted.usage.total_tokens > 4
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_without_options_counts_nothing(client: openai.OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="orientation", messages=ASKED, stream=True))
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_earlier_messages_are_the_history(client: openai.OpenAI, chatbot: FakeChatbot) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Tu es un pirate."},
        {"role": "user", "content": [{"type": "text", "text": "dompteur"}, {"type": "text", "text": "de puces"}]},
        {"role": "assistant", "content": TEXT + SOURCES},
        {"role": "user", "content": "et après ?"},
    ]
    client.chat.completions.create(model="gpt-4o", messages=messages, temperature=0.3, max_tokens=9, tools=[], n=1)
    assert chatbot.asked == [("et après ?", (Turn("user", "dompteur\nde puces"), Turn("assistant", TEXT)))]


def test_a_long_history_is_cut(client: openai.OpenAI, chatbot: FakeChatbot) -> None:
    said: ChatCompletionMessageParam = {"role": "user", "content": "é" * 9000}
    client.chat.completions.create(model="orientation", messages=[said] * 60 + ASKED)
    [(question, history)] = chatbot.asked
    assert question == "Quel diplôme ?"
    assert [len(turn.content) for turn in history] == [8000] * 40


def test_only_our_own_list_of_sources_is_taken_off() -> None:
    kept = "Voir **Sources**\n\n- [un point](https://a.fr) (MET.1)\n\nEt après ?"
    assert strip_sources(kept) == kept
    assert strip_sources(kept + SOURCES) == kept


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        pytest.param([], "messages", id="none"),
        pytest.param([{"role": "system", "content": "a"}], "question", id="no question"),
        pytest.param([{"role": "user", "content": " "}], "question", id="blank"),
        pytest.param([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}], "question", id="picture"),
        pytest.param([{"role": "user", "content": "a" * 2001}], "2000", id="too long"),
        pytest.param([{"content": "a"}], "role", id="no role"),
        pytest.param([{"role": "user", "content": 3}], "content", id="number"),
        pytest.param("a", "messages", id="text"),
    ],
)
def test_what_does_not_fit_is_refused_in_french(
    client: openai.OpenAI, messages: list[ChatCompletionMessageParam], words: str
) -> None:
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model="orientation", messages=messages, stream=stream)
        assert isinstance(caught.value.body, dict)
        assert caught.value.body["type"] == "invalid_request_error"
        assert words in caught.value.body["message"]


def test_without_an_index_the_service_is_unavailable(client: openai.OpenAI, service: FakeService) -> None:
    service.chatbot = None
    with pytest.raises(openai.InternalServerError, match="python -m chatbot index") as caught:
        client.chat.completions.create(model="orientation", messages=ASKED, stream=True)
    assert caught.value.status_code == 503
    with pytest.raises(openai.InternalServerError, match="python -m chatbot index"):
        client.models.list()


def test_a_failure_in_mid_stream_reaches_the_client(client: openai.OpenAI, service: FakeService) -> None:
    writer = service.chatbot = Writer(failure=RuntimeError("secret"))
    writer.go_on.set()
    stream = client.chat.completions.create(model="orientation", messages=ASKED, stream=True)
    with pytest.raises(openai.APIError, match="journal"):
        list(stream)


def test_when_a_client_leaves_the_generator_is_closed(address: str, service: FakeService) -> None:
    endless = service.chatbot = Endless()
    body = {"messages": [{"role": "user", "content": QUESTION["question"]}], "stream": True}
    leave_after(address, "/v1/chat/completions", body, "Il faut")
    assert endless.closed.wait(PATIENCE)


def test_there_is_one_model(client: openai.OpenAI) -> None:
    [model] = client.models.list()
    assert model.id == "orientation"
    assert client.models.retrieve("orientation") == model
    with pytest.raises(openai.NotFoundError, match="orientation"):
        client.models.retrieve("gpt-4o")


def test_an_unknown_address_is_refused_as_openai_does(address: str, chatbot: FakeChatbot) -> None:
    response = httpx.post(f"{address}/v1/embeddings", json={})
    assert response.status_code == 404
    assert response.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("prompt", "done"),
    [
        pytest.param(
            'Generate a concise, 3-5 word title with an emoji summarizing it.\n### Output:\n{ "title": "" }',
            {"title": "Quel diplôme pour dompter des puces ?"},
            id="title",
        ),
        pytest.param(
            "Generate 1-3 broad tags categorizing the main themes", {"tags": ["Orientation"]}, id="tags"
        ),
        pytest.param(
            "Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next",
            {"follow_ups": ["Combien gagne un débutant ?"]},
            id="follow-ups",
        ),
        pytest.param(
            "Determine the necessity of generating search queries", {"queries": []}, id="search"
        ),
    ],
)
def test_what_open_webui_asks_for_itself_is_no_question(
    client: openai.OpenAI, prompt: str, done: dict[str, object]
) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": f"### Task:\n{prompt}\n{HISTORY}"}]
    content = client.chat.completions.create(model="orientation", messages=messages).choices[0].message.content
    assert content is not None
    assert json.loads(content) == done


def test_librechat_gets_a_title(client: openai.OpenAI, chatbot: FakeChatbot) -> None:
    prompt = (
        "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. "
        f"Only return the title itself.\n\nConversation:\nUser: dompteur de puces\nAI: {TEXT}"
    )
    stream = client.chat.completions.create(
        model="orientation", messages=[{"role": "user", "content": prompt}], stream=True
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Dompteur de puces"
    assert chatbot.asked == []


def test_a_question_is_taken_out_of_the_template_of_attached_documents(
    client: openai.OpenAI, chatbot: FakeChatbot
) -> None:
    template = "### Task:\nRespond to the user query using the provided context.\n<context>\na\n</context>\n"
    for ending in ("<user_query>\nquel salaire ?\n</user_query>", "\nquel salaire ?"):
        client.chat.completions.create(model="orientation", messages=[{"role": "user", "content": template + ending}])
    assert [question for question, _ in chatbot.asked] == ["quel salaire ?"] * 2


def test_a_question_about_titles_stays_a_question(client: openai.OpenAI, chatbot: FakeChatbot) -> None:
    question = "create a title for a job: which tags categorizing sheets exist ?"
    client.chat.completions.create(model="orientation", messages=[{"role": "user", "content": question}])
    assert [asked for asked, _ in chatbot.asked] == [question]
