"""What reads texts of strangers, as functions of any bytes: each returns, or raises what it never should.

`tests/test_fuzz.py` gives them a few hundred inputs each time; `make fuzz` gives them millions, led by coverage.
"""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

from chatbot.browse import Browser
from chatbot.catalogue import Catalogue
from chatbot.checking import check_paths
from chatbot.citations import cited_ids, link_markers
from chatbot.config import _PARSERS, Settings, SettingsError
from chatbot.dossier.markdown import escape_markdown
from chatbot.dossier.page import MARKDOWN
from chatbot.naming.data import EverydayError, parse_everyday
from chatbot.onisep.conversion import convert, identify_file
from chatbot.onisep.datasets import DATASETS
from chatbot.onisep.html import plain_line, read_html
from chatbot.onisep.records import ExportError, read_records
from chatbot.question import Turn
from chatbot.question.conversation import pointed_at, points_back, recall
from chatbot.sheets import (
    SheetError,
    dump_sheets,
    levels_in,
    load_sheets,
    merge_sheets,
    parse_niveau,
    parse_salaire,
    parse_sheet,
    study_years,
)
from chatbot.telemetry.masking import mask
from chatbot.ui.chat import render_answer
from chatbot.ui.conversation import history_of, read_ask, read_conversation
from chatbot.ui.feedback import Feedback
from chatbot.ui.rendering import render_markdown
from chatbot.ui.sheet import Wanted, render_wanted
from tests.fake_chatbot import FakeSearcher

MOST_SECONDS = 4.0  # of processor, for 50,000 characters: those that took longer took minutes
REPEATED = 50_000
ACTIVE = {"script", "img", "iframe", "object", "embed", "form", "input", "style", "link", "meta", "base"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

Target = Callable[[bytes, Path], object]


def text_of(data: bytes) -> str:
    """Read bytes as a file is read: UTF-8, and what is none is left out."""
    return data.decode("utf-8", "ignore")


def fuzz_sheet(data: bytes, folder: Path) -> None:
    """A sheet is one, or an error; what is one survives being written, merged and shown."""
    try:
        sheet = parse_sheet(text_of(data), "MET.1_x.md")
    except SheetError:
        return
    assert load_sheets(dump_sheets([sheet])) == (sheet,)
    merge_sheets(sheet, sheet)
    browser = Browser(Catalogue([sheet]), FakeSearcher())
    assert_inert(render_wanted(browser, Wanted(fiche=sheet.sheet_id, section="Salaire", passage="a")))


def fuzz_facts(data: bytes, folder: Path) -> None:
    """Facts are read out of any words, and are words of the text."""
    text = text_of(data)
    parse_niveau(text)
    folded = " ".join(text.split())
    assert all(niveau.text in folded for niveau in levels_in(text))
    assert all(0 <= duration.years <= duration.most < 15 for duration in study_years(text))
    salaire = parse_salaire(text)
    assert salaire is None or all(0 <= amount.value < 1e13 for amount in salaire.amounts)


def fuzz_check(data: bytes, folder: Path) -> None:
    """The checker tells each problem on one line that a terminal can print."""
    path = folder / "MET.1_x.md"
    path.write_bytes(data)
    for remark in check_paths([path], {"FOR.1"})[1]:
        assert not CONTROL.search(str(remark)), str(remark)
        assert len(str(remark)) < 1_000
        assert 1 <= remark.line <= data.count(b"\n") + data.count(b"\r") + len(text_of(data).splitlines()) + 1


def fuzz_export(data: bytes, folder: Path) -> None:
    """An export is read to its end, or an error; its sheets stay in their folder."""
    suffix = (".xml", ".json", ".csv", ".zip")[data[0] % 4] if data else ".xml"
    path = folder / f"x{suffix}"
    path.write_bytes(data[1:])
    try:
        for record in read_records(path):
            record.row()
    except ExportError:
        return
    found = identify_file(path)
    for dataset in [found] if found else DATASETS[:0]:
        target = folder / "sheets"
        with suppress(ExportError):
            convert(path, dataset, target, {"MET.1": "a"}, str)
        for sheet in target.iterdir():
            parse_sheet(sheet.read_text(encoding="utf-8"), sheet.name)
            sheet.unlink()
        target.rmdir()


def fuzz_html(data: bytes, folder: Path) -> None:
    """HTML becomes lines that hold no line break and open nothing but what they are."""
    for line in read_html(text_of(data)):
        assert "\n" not in line and line.strip()
    plain_line(text_of(data))


def fuzz_markers(data: bytes, folder: Path) -> None:
    """Markers are found in any text; what is rendered of it is inert."""
    text = text_of(data)
    ids = cited_ids(text)
    assert all(f"[{sheet_id}]" in text for sheet_id in ids)
    link_markers(text, dict.fromkeys(ids, "https://x.fr"))
    half = len(text) // 2
    memory = recall([Turn("user", text[:half]), Turn("assistant", text[half:])])
    pointed_at(text, memory.choices)
    points_back(text)
    assert_inert(render_markdown(text))
    assert_inert(MARKDOWN.render(escape_markdown(text)))


def fuzz_conversation(data: bytes, folder: Path) -> None:
    """What a browser sends is a conversation, a question, a rating, or nothing."""
    try:
        sent = json.loads(text_of(data))
    except (ValueError, RecursionError):
        return
    for exchange in read_conversation(sent):
        assert_inert(render_answer(exchange))
    asked = read_ask(sent)
    if asked:
        history_of(asked.history)
    file = folder / "ratings.jsonl"
    if Feedback(file).store(sent):
        assert json.loads(file.read_text(encoding="utf-8"))
        file.unlink()
    mask(text_of(data))


def fuzz_settings(data: bytes, folder: Path) -> None:
    """A value of a variable is taken, or named in one sentence."""
    names = [*_PARSERS, "CHATBOT_OTHER"]
    name = names[data[0] % len(names)] if data else names[0]
    value = text_of(data[1:])
    try:
        Settings.from_environment({name: value}, dotenv=None)
    except SettingsError as error:
        assert name in str(error)


def fuzz_everyday(data: bytes, folder: Path) -> None:
    """Lines of the everyday layer are read, or an error names the first that can't be."""
    try:
        list(parse_everyday(text_of(data), "x.jsonl"))
    except EverydayError as error:
        assert "x.jsonl:" in str(error)


def fuzz_repeated(data: bytes, folder: Path) -> None:
    """A few characters, again and again, take no more than a long text does."""
    unit = text_of(data)[:60]
    if not unit:
        return
    text = (unit * (REPEATED // len(unit) + 1))[:REPEATED]
    started = time.process_time()
    (folder / "MET.1_x.md").write_text(text, encoding="utf-8")
    check_paths([folder / "MET.1_x.md"], {"FOR.1"})
    for before in ("# a\n## Salaire\n", "# a\n## Accès au métier\n", "# a\n## Formations recommandées\n- "):
        parse_sheet(before + text, "MET.1_x.md")
    levels_in(text), study_years(text), parse_salaire(text), mask(text)
    read_html(text), plain_line(text)
    recall([Turn("user", text), Turn("assistant", text)])
    pointed_at(text, ("MET.1",)), points_back(text)
    taken = time.process_time() - started
    assert taken < MOST_SECONDS, f"{unit!r} again and again takes {taken:.1f} s"


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [f"<{tag}>"] * (tag in ACTIVE)
        for name, value in attrs:
            self.faults += [f"{name}="] * name.startswith("on")
            address = (value or "").strip().lower()
            if name in ("href", "src", "action", "formaction") and not address.startswith(("?", "/page/", "https://", "http://")):
                self.faults.append(f"{name}={value}")


def assert_inert(page: str) -> None:
    """Check that nothing in HTML runs, is fetched, or leads to anything but a sheet or an address of the web."""
    assert _Tags(page).faults == []


TARGETS: dict[str, Target] = {
    "sheet": fuzz_sheet,
    "facts": fuzz_facts,
    "check": fuzz_check,
    "export": fuzz_export,
    "html": fuzz_html,
    "markers": fuzz_markers,
    "conversation": fuzz_conversation,
    "settings": fuzz_settings,
    "everyday": fuzz_everyday,
    "repeated": fuzz_repeated,
}
