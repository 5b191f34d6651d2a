"""The command line: what it prints, one sentence for what is wrong, exit code 2 and never a traceback."""

import socket
from pathlib import Path

import pytest

from chatbot.__main__ import main

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_VECTORSTORE", "VS")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["index", "nowhere"], "'nowhere' does not exist. Give existing folders or files.\n", id="no-path"),
        pytest.param(["index", "."], "No sheet in '.'. Give folders or files of sheets.\n", id="no-sheet"),
        pytest.param(["ask", "Bonjour"], "Run: python -m chatbot index\n", id="no-index"),
        pytest.param(["changes"], "Run: python -m chatbot index\n", id="nothing-changed"),
        pytest.param(["rollback"], "no earlier version of the index in 'VS' to roll back to.\n", id="no-way-back"),
        pytest.param(["ask", "  "], "The question is empty.\n", id="no-question"),
        pytest.param(["evaluate", "nowhere"], "No such file or directory: 'nowhere').\n", id="no-questions-file"),
        pytest.param(["evaluate", "/dev/null"], "No question in these files.\n", id="no-case"),
        pytest.param(["audit"], "Run: python -m chatbot index\n", id="nothing-to-audit"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(sentence)
    assert shown.err.count("\n") == 1


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CHATBOT_PORT", "many")
    assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith("CHATBOT_PORT='many' is no port")


def test_a_taken_port_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("CHATBOT_PORT", str(port))
        assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith(f"Cannot listen on 127.0.0.1:{port}")


@pytest.mark.parametrize("arguments", [[], ["dance"], ["index", "--quick"]], ids=["none", "unknown", "unknown-option"])
def test_a_wrong_command_shows_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m chatbot")
