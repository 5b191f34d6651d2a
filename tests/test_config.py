"""Settings: defaults, the environment and `.env`, and one sentence for whatever is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.config import BUILT_IN_EMBEDDING, Settings, SettingsError


def read(environment: dict[str, str]) -> Settings:
    return Settings.from_environment(environment, dotenv=None)


def test_without_variables_every_setting_has_its_default() -> None:
    settings = read({"PATH": "/bin"})
    assert settings.sheets == (Path("seeds"),)
    assert settings.vectorstore == Path("vectorstore")
    assert settings.embedding == BUILT_IN_EMBEDDING
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)


def test_fetched_sheets_take_the_place_of_the_seeds_unless_others_are_named(tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    assert read({"CHATBOT_ONISEP": str(tmp_path)}).sheets == (tmp_path / "sheets",)
    assert read({"CHATBOT_ONISEP": str(tmp_path), "CHATBOT_SHEETS": "seeds"}).sheets == (Path("seeds"),)
    assert read({"CHATBOT_ONISEP": str(tmp_path / "nothing")}).sheets == (Path("seeds"),)


def test_every_variable_reaches_its_field(tmp_path: Path) -> None:
    sheet = tmp_path / "MET.1_essai.md"
    sheet.write_text("# essai", encoding="utf-8")
    settings = read(
        {
            "CHATBOT_SHEETS": f"{tmp_path}:{sheet}, {tmp_path}",
            "CHATBOT_VECTORSTORE": str(tmp_path / "new"),
            "CHATBOT_EMBEDDING": " some/model ",
            "CHATBOT_EMBEDDING_QUERY_PROMPT": "query: ",
            "CHATBOT_EMBEDDING_DOCUMENT_PROMPT": "passage: ",
            "CHATBOT_HOST": "0.0.0.0",
            "CHATBOT_PORT": "8080",
            "CHATBOT_RATE_LIMIT": "0",
            "CHATBOT_PROXIES": "10.0.0.1, 10.1.0.0/16 ::1",
            "CHATBOT_ORIGINS": "https://lycee.example.fr http://localhost:3000",
            "CHATBOT_LOG_QUESTIONS": "yes",
            "CHATBOT_FEEDBACK": str(tmp_path / "ratings.jsonl"),
        }
    )
    assert settings.sheets == (tmp_path, sheet, tmp_path)
    assert settings.vectorstore == tmp_path / "new"
    assert settings.embedding == "some/model"
    assert (settings.embedding_query_prompt, settings.embedding_document_prompt) == ("query: ", "passage: ")
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)
    assert settings.rate_limit == 0
    assert settings.proxies == ("10.0.0.1", "10.1.0.0/16", "::1")
    assert settings.origins == ("https://lycee.example.fr", "http://localhost:3000")
    assert settings.log_questions is True
    assert settings.feedback == tmp_path / "ratings.jsonl"


def test_the_environment_wins_over_dotenv_and_an_empty_value_means_the_default(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("CHATBOT_PORT=9000\nCHATBOT_HOST=::1\nOTHER=1\nCHATBOT_EMBEDDING=\n", encoding="utf-8")
    settings = Settings.from_environment({"CHATBOT_PORT": "9001"}, dotenv)
    assert (settings.port, settings.host, settings.embedding) == (9001, "::1", BUILT_IN_EMBEDDING)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        pytest.param("CHATBOT_PROT", "1", ["CHATBOT_PROT", "did you mean CHATBOT_PORT"], id="typo in a name"),
        pytest.param("CHATBOT_XYZZY_XYZZY", "1", ["CHATBOT_XYZZY_XYZZY", "CHATBOT_SHEETS"], id="unlike any name"),
        pytest.param("CHATBOT_PORT", "http", ["CHATBOT_PORT", "'http'"], id="port is a word"),
        pytest.param("CHATBOT_PORT", "0", ["CHATBOT_PORT", "'0'"], id="port too low"),
        pytest.param("CHATBOT_PORT", "65536", ["CHATBOT_PORT", "'65536'"], id="port too high"),
        pytest.param("CHATBOT_PORT", "-1", ["CHATBOT_PORT", "'-1'"], id="port negative"),
        pytest.param("CHATBOT_HOST", "my host", ["CHATBOT_HOST", "'my host'"], id="host with a space"),
        pytest.param("CHATBOT_SHEETS", "nowhere/at/all", ["CHATBOT_SHEETS", "nowhere/at/all"], id="no such folder"),
        pytest.param("CHATBOT_SHEETS", " : , ", ["CHATBOT_SHEETS"], id="separators only"),
        pytest.param("CHATBOT_LLM", "mistral", ["CHATBOT_LLM", "ollama:mistral"], id="no provider"),
        pytest.param("CHATBOT_LLM_BASE_URL", "localhost:1", ["CHATBOT_LLM_BASE_URL", "http"], id="no http"),
        pytest.param("CHATBOT_LLM_BASE_URL", "http://", ["CHATBOT_LLM_BASE_URL"], id="address without a host"),
        pytest.param("CHATBOT_LLM_BASE_URL", "http://a:b", ["CHATBOT_LLM_BASE_URL"], id="port of an address is a word"),
        pytest.param("CHATBOT_LLM_TIMEOUT", "0", ["CHATBOT_LLM_TIMEOUT", "seconds"], id="no time at all"),
        pytest.param("CHATBOT_LLM_TIMEOUT", "nan", ["CHATBOT_LLM_TIMEOUT"], id="time is no number"),
        pytest.param("CHATBOT_LLM_CONCURRENCY", "0", ["CHATBOT_LLM_CONCURRENCY", "1"], id="no call at once"),
        pytest.param("CHATBOT_LLM_CONTEXT", "512", ["CHATBOT_LLM_CONTEXT", "1,024"], id="hardly any context"),
        pytest.param("CHATBOT_LLM_PRIVACY", "yes", ["CHATBOT_LLM_PRIVACY", "strict"], id="no such privacy"),
        pytest.param("CHATBOT_VECTORSTORE", __file__, ["CHATBOT_VECTORSTORE", "a file"], id="vectorstore is a file"),
        pytest.param("CHATBOT_WORKERS", "0", ["CHATBOT_WORKERS", "1"], id="no process at all"),
        pytest.param("CHATBOT_CHROMA_URL", "chroma:8000", ["CHATBOT_CHROMA_URL", "http"], id="chroma without http"),
        pytest.param("CHATBOT_RATE_LIMIT", "-5", ["CHATBOT_RATE_LIMIT", "'-5'"], id="rate below none"),
        pytest.param("CHATBOT_PROXIES", "10.0.0.1 proxy", ["CHATBOT_PROXIES", "'proxy'"], id="proxy by its name"),
        pytest.param("CHATBOT_KEYS", "nowhere/x", ["CHATBOT_KEYS", "nowhere/x"], id="no folder for keys"),
        pytest.param("CHATBOT_PAGE_USERS", ".", ["CHATBOT_PAGE_USERS"], id="folder of users"),
        pytest.param("CHATBOT_ORIGINS", "*", ["CHATBOT_ORIGINS", "'*'"], id="any origin"),
        pytest.param("CHATBOT_ORIGINS", "https://a.fr/x", ["CHATBOT_ORIGINS", "https://a.fr/x"], id="page as origin"),
        pytest.param("CHATBOT_LOG", "xml", ["CHATBOT_LOG", "text or json"], id="no such log"),
        pytest.param("CHATBOT_LOG_QUESTIONS", "1", ["CHATBOT_LOG_QUESTIONS", "no or yes"], id="neither yes nor no"),
        pytest.param("CHATBOT_FEEDBACK", "nowhere/x", ["CHATBOT_FEEDBACK", "nowhere/x"], id="no folder for ratings"),
    ],
)
def test_a_wrong_variable_is_named_in_one_sentence(variable: str, value: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        read({variable: value})
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_an_unreadable_dotenv_is_named(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"CHATBOT_HOST=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env"):
        Settings.from_environment({}, dotenv)


def test_a_key_is_never_printed() -> None:
    settings = read({"CHATBOT_LLM": "openai:x", "CHATBOT_LLM_API_KEY": "sk-secret"})
    assert settings.llm_api_key == "sk-secret"
    assert "secret" not in repr(settings)


def test_settings_cannot_change() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]


def test_reading_settings_loads_no_heavy_library() -> None:
    script = "import sys, chatbot.config; print(sorted({'torch', 'gradio', 'chromadb'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
