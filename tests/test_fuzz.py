"""What reads texts of strangers: seeds, mixtures of them, any bytes, and whatever fuzzing has found.

The functions stand in `tests/fuzz/targets.py`; `make fuzz` tries them for ten minutes, led by coverage.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.config import _PARSERS
from chatbot.index import IndexProblem, read_everyday_texts
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS


def setting(name: str, value: str) -> bytes:
    """Give the input that makes a value of this variable."""
    return bytes([list(_PARSERS).index(name)]) + value.encode()


QUICK = [name for name in TARGETS if name != "repeated"]
# Each made its target fail once.
FOUND = [
    pytest.param("facts", "6 mois à 0 an".encode(), id="a duration whose end comes before its start"),
    pytest.param("check", b"# a\n## Formations recommand\xc3\xa9es\n- b\x1b[31m", id="a remark that steers terminals"),
    pytest.param("check", b"# a\n<a " + b"b" * 5_000 + b">", id="a remark of 5,000 letters"),
    pytest.param("settings", b"\x00~nobody-of-this-name/x", id="the folder of a user who isn't there"),
    pytest.param("settings", b"\x01" + b"a" * 5_000, id="a path longer than paths are"),
    pytest.param("settings", setting("CHATBOT_RATE_LIMIT", "\x1e0"), id="a blank that int() takes for no blank"),
    pytest.param("settings", setting("CHATBOT_LLM_TIMEOUT", "30\x1f"), id="one that float() takes for no blank"),
    pytest.param("html", b"<![<![", id="a declaration that the standard parser fails at"),
    pytest.param("repeated", b"<a ", id="a tag opened again and again"),
    pytest.param("repeated", "2 ans à ".encode(), id="a duration again and again"),
    pytest.param("sheet", b"# a\n**Lien:** https://[\n", id="the link of a sheet that is no address"),
]


@pytest.mark.parametrize(
    ("name", "data"), [(name, data) for name, seeds in SEEDS.items() for data in seeds if name != "repeated"]
)
def test_invented_ugly_texts_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    TARGETS[name](data, tmp_path)


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_fuzzing_found_stays_mended(tmp_path: Path, name: str, data: bytes) -> None:
    TARGETS[name](data, tmp_path)


def pieces_of(name: str) -> st.SearchStrategy[bytes]:
    """Mix lines of the seeds with any text and any bytes."""
    lines = sorted({line for seed in SEEDS[name] for line in seed.split(b"\n")})
    text = st.text(max_size=30).map(lambda text: text.encode("utf-8", "ignore"))
    return st.lists(st.sampled_from(lines) | text | st.binary(max_size=12), max_size=25).map(b"\n".join)


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mixture_is_read(tmp_path: Path, name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(pieces_of(name)), tmp_path)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(unit=st.text(min_size=1, max_size=6))
def test_any_few_letters_again_and_again_take_no_longer(tmp_path: Path, unit: str) -> None:
    TARGETS["repeated"](unit.encode("utf-8", "ignore"), tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param('{"id": "MET.1"}', id="no title"),
        pytest.param('{"id": "MET.1", "title": "a", "names": [1]}', id="a number for a name"),
        pytest.param('{"id": "MET.1", "title": "a", "names": "b", "questions": null}', id="null"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_line_of_the_everyday_layer_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    good = '{"id": "MET.1", "title": "a", "names": ["b"]}'
    (tmp_path / "metiers.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(IndexProblem, match=r"metiers\.jsonl:2 is no line"):
        read_everyday_texts(tmp_path)
