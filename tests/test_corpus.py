"""The real corpus, where it stands beside the project: nothing is lost, and facts match crude readings of the files."""

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chatbot.browse import Browser, Filters, draw_parcours
from chatbot.catalogue import Catalogue
from chatbot.citations import public_url
from chatbot.sheets import FORMATION, METIER, Link, Reading, Sheet, find_files, parse_file, read_sheets
from tests.fake_chatbot import FakeSearcher
from tests.word_coverage import find_losses

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus at ../shared/corpus")


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_sheets([CORPUS])


@pytest.fixture(scope="module")
def parsed() -> dict[Path, Sheet]:
    return {path: parse_file(path) for path in find_files([CORPUS])}


@pytest.fixture(scope="module")
def files() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in find_files([CORPUS])}


def test_every_file_is_read_and_every_id_is_one_sheet(reading: Reading, files: dict[Path, str]) -> None:
    assert reading.problems == ()
    assert len(files) == 10_650
    assert Catalogue(reading.sheets.values()).counts() == {METIER: 1_043, FORMATION: 5_776}
    assert sum(len(sheet.files) for sheet in reading.sheets.values()) == len(files)


def test_no_file_loses_more_than_a_thousandth_of_its_words(parsed: dict[Path, Sheet]) -> None:
    worse = {loss.path.name: loss.missing for loss in find_losses(parsed) if loss.missing.total() > loss.words / 1000}
    assert worse == {}


def plain(text: str) -> str:
    """Fold what the parser may change: spaces, soft hyphens, apostrophes."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00ad", "").replace("’", "'").split())


ABSENT = "non renseigné"  # the source's word for no value


def after(label: str) -> str:
    return rf"^\*\*{label}:\*\*[ \t]*(\S.*)$"


def bullets(opening: str) -> str:
    return rf"{opening}\s*((?:- .*\n?)+)"


def linked(link: Link) -> str:
    return f"{link.title} (ID: {link.sheet_id})"


# A fact, where it stands in a raw file, and how the sheet of that file alone gives it.
SINGLE: tuple[tuple[str, str, Callable[[Sheet], str]], ...] = (
    ("title", r"\A# (.+)$", lambda s: s.title),
    ("niveau d'accès", after("Niveau d'accès minimum"), lambda s: s.niveau.text if s.niveau else ""),
    ("sortie", after("Niveau de sortie indicatif"), lambda s: s.niveau.text if s.niveau else ABSENT),
    ("durée", after("Durée"), lambda s: s.duree),
    ("sigle", after("Sigle"), lambda s: s.sigle),
    ("type", after("Type(?: de formation)?"), lambda s: s.type),
    ("certification", after("Niveau(?: de certification)?"), lambda s: s.certification),
    ("lien", r"^\*\*Lien:\*\* \[(.*?)\]\(", lambda s: s.lien),
    ("RNCP", after("Code RNCP"), lambda s: s.code_rncp),
    ("code scolarité", after("Code scolarité"), lambda s: s.code_scolarite),
    ("NSF", after("Code NSF"), lambda s: s.code_nsf),
    ("tutelle", after("Tutelle"), lambda s: s.tutelle),
    ("GFE", after(r"Groupe Formation Emploi \(GFE\)"), lambda s: s.gfe),
    ("féminin", r"^\*\*Appellations:\*\*\n- Féminin: (.*)$", lambda s: s.names[0].feminine),
    ("masculin", r"^\*\*Appellations:\*\*\n.*\n- Masculin: (.*)$", lambda s: s.names[0].masculine),
    ("ROME code", after("Code ROME"), lambda s: " | ".join(rome.code for rome in s.romes)),
    ("ROME label", after("Intitulé"), lambda s: " | ".join(rome.label for rome in s.romes)),
)  # fmt: skip
LISTED: tuple[tuple[str, str, Callable[[Sheet], tuple[str, ...]]], ...] = (
    ("statuts", bullets(r"\*\*Statuts possibles:\*\*"), lambda s: s.statuts),
    ("intérêts", bullets("## Centres d'intérêt"), lambda s: s.interets),
    ("ROME codes", bullets(r"\*\*Codes ROME:\*\*"), lambda s: tuple(rome.code for rome in s.romes)),
    ("métiers", bullets("## Métiers associés"), lambda s: s.metiers),
    ("domaines", bullets("## 🎯 Domaines"), lambda s: s.domaines),
    ("formations", bullets("## Formations recommandées"), lambda s: tuple(map(linked, s.formations))),
)  # fmt: skip


def test_facts_match_crude_readings_of_the_files(files: dict[Path, str], parsed: dict[Path, Sheet]) -> None:
    differences: list[tuple[object, ...]] = []
    seen = dict.fromkeys([name for name, *_ in SINGLE + LISTED] + ["autres appellations"], 0)
    for path, text in files.items():
        sheet = parsed[path]
        for name, pattern, fact in SINGLE:
            found = re.search(pattern, text, re.MULTILINE)
            seen[name] += bool(found)
            if found and plain(found.group(1)) != fact(sheet):
                differences.append((path.name, name, found.group(1), fact(sheet)))
            if not found and fact(sheet) and name not in ("niveau d'accès", "sortie", "ROME code", "ROME label"):
                differences.append((path.name, name, None, fact(sheet)))
        for name, pattern, facts in LISTED:
            found = re.search(pattern, text)
            seen[name] += bool(found)
            items = tuple(plain(line[2:]) for line in found.group(1).splitlines()) if found else ()
            if items != facts(sheet) and (found or name != "ROME codes"):
                differences.append((path.name, name, items, facts(sheet)))
        others = text.partition("## Autres appellations")[2].partition("\n**")[0].partition("\n## ")[0]
        aliases = re.findall(r"### (.*)\n- Féminin:(.*)\n- Masculin:(.*)", others)
        seen["autres appellations"] += bool(aliases)
        read = [(name.label, name.feminine, name.masculine) for name in sheet.names[1:]]
        if [tuple(map(plain, alias)) for alias in aliases] != read:
            differences.append((path.name, "autres appellations", aliases, read))
    assert differences == []
    assert min(seen.values()) > 500, seen  # every pattern found something to compare


def test_salaries_are_the_words_of_the_sheet_and_every_amount_stands_in_them(
    files: dict[Path, str], parsed: dict[Path, Sheet]
) -> None:
    units: dict[str, int] = {}
    for path, text in files.items():
        found = re.search(r"### Salaire du débutant\n(.*?)\n(?:\s*## |\*\*)", text, re.DOTALL)
        sheet = parsed[path]
        assert (found is None) == (sheet.salaire is None), path.name
        if found and sheet.salaire:
            raw = plain(re.sub(r"<br/>", " ", found.group(1)))
            assert raw == plain(sheet.salaire.text), path.name
            digits = re.sub(r"(?<=\d)[ .](?=\d{3}\b)", "", raw).replace(",", ".")
            for amount in sheet.salaire.amounts:
                assert re.search(rf"(?<![\d.]){amount.value:g}0?(?![\d])", digits), (path.name, amount, raw)
            for unit in {amount.unit for amount in sheet.salaire.amounts} or {"none"}:
                units[unit] = units.get(unit, 0) + 1
    assert sum(units.values()) > 866
    assert units["none"] == 86  # "Variable": an answer without a figure
    assert {"semaine", "jour", "heure", "film", "%", "mile nautique", "cachet"} <= units.keys()


@pytest.mark.parametrize(
    ("sheet_id", "amounts"),
    [
        pytest.param("MET.178", [(1479, "semaine")], id="weekly"),
        pytest.param("MET.656", [(1833, "semaine")], id="weekly, no-break space in the figure"),
        pytest.param(
            "MET.834", [(250, "jour"), (350, "jour"), (3, "mile nautique"), (3.5, "mile nautique")], id="daily"
        ),
        pytest.param("MET.7813", [(5000, "film")], id="per film"),
        pytest.param("MET.214", [(10, "%")], id="percentage"),
        pytest.param("MET.293", [(2067, "mois"), (2196, "mois"), (2476, "mois")], id="by status"),
        pytest.param("MET.939", [(1920, "mois"), (50, "heure"), (70, "heure")], id="two units"),
        pytest.param("MET.7998", [(2013, "mois"), (15, "%"), (20, "%")], id="bonus in per cent"),
        pytest.param("MET.180", [], id="variable"),
    ],
)
def test_salaries_off_the_monthly_pattern(reading: Reading, sheet_id: str, amounts: list[tuple[float, str]]) -> None:
    salaire = reading.sheets[sheet_id].salaire
    assert salaire is not None
    assert [(amount.value, amount.unit) for amount in salaire.amounts] == amounts


def test_sections_are_lines_of_clean_text(reading: Reading) -> None:
    ugly = re.compile(r"\n\n|  |\u00a0|\u00ad|\t|<[a-z/]|^#|^\*\*|\\n-\s*$|^\s|[ \t]$|^-\S|^- -", re.MULTILINE)
    found = [
        (sheet.sheet_id, section.heading, match.group())
        for sheet in reading.sheets.values()
        for section in sheet.sections
        for match in ugly.finditer(section.text)
    ]
    assert found == []


def test_every_section_line_stands_verbatim_in_its_file(files: dict[Path, str], parsed: dict[Path, Sheet]) -> None:
    def letters(text: str) -> str:
        return re.sub(r"</?(?:br|p) ?/?>|[\W_\x81]+", "", unicodedata.normalize("NFC", text))

    for path, sheet in parsed.items():
        raw = letters(files[path]) if sheet.sections else ""
        for section in sheet.sections:
            for line in (section.subheading, *section.text.split("\n")):
                assert letters(line) in raw, (path.name, line)


def test_levels_stand_as_subheadings_of_the_access_section(reading: Reading) -> None:
    short = re.compile(r"^Niveau .{1,30}$", re.MULTILINE)
    left = [
        (sheet.sheet_id, found)
        for sheet in reading.sheets.values()
        for section in sheet.sections_under("Accès au métier", "Durée des études")
        for found in short.findall(section.text)
    ]
    assert left == []


def test_only_wordings_of_the_type_differ_between_files_of_one_sheet(reading: Reading) -> None:
    kinds = {name for sheet in reading.sheets.values() for name, _ in sheet.other_facts}
    assert kinds == {"type"}


def test_links_without_a_sheet_keep_their_title(reading: Reading) -> None:
    catalogue = Catalogue(reading.sheets.values())
    linked = {link.sheet_id for sheet in catalogue.of_kind(METIER) for link in sheet.formations}
    assert sum(len(sheet.formations) for sheet in catalogue.of_kind(METIER)) == 6_931
    assert len(linked) == 2_433
    unknown = linked - reading.sheets.keys()
    assert len(unknown) == 39
    assert all(catalogue.title_of(sheet_id) for sheet_id in unknown)
    named = [title for sheet in catalogue.of_kind(FORMATION) for title in sheet.metiers]
    assert all(catalogue.metier_titled(title) for title in named)


def test_known_absences_are_counted_as_in_the_material(reading: Reading) -> None:
    def without(kind: str, test: str) -> int:
        return sum(1 for s in reading.sheets.values() if s.kind == kind and s.detailed and not lacking(s, test))

    def lacking(sheet: Sheet, test: str) -> object:
        return getattr(sheet, test) if hasattr(sheet, test) else sheet.sections_under(test)

    assert without(METIER, "Nature du travail") == 188
    assert without(METIER, "Accès au métier") == 185
    assert without(METIER, "salaire") == 177
    assert without(METIER, "formations") == 98
    assert without(METIER, "interets") == 16
    assert without(METIER, "statuts") == 5
    assert without(FORMATION, "Description") == 1_496
    assert without(FORMATION, "Accès") == 1_637


@pytest.fixture(scope="module")
def browser(reading: Reading) -> Browser:
    return Browser(Catalogue(reading.sheets.values()), FakeSearcher())


def test_every_ladder_holds_every_link_once_and_draws(browser: Browser) -> None:
    for sheet in browser.catalogue.values():
        parcours = browser.parcours(sheet.sheet_id)
        steps = [step for stage in parcours.stages for step in stage.steps] + list(parcours.apart)
        linked = [link.sheet_id for link in sheet.formations] or browser.catalogue.metiers_of(sheet.sheet_id)
        assert sorted(step.sheet_id for step in steps) == sorted(linked)
        assert all(step.level for stage in parcours.stages for step in stage.steps)
        ElementTree.fromstring(draw_parcours(parcours, public_url, alone=True))


def test_levels_count_every_sheet_once(browser: Browser) -> None:
    levels = browser.explore(Filters()).options["niveau"]
    assert sum(option.count for option in levels) == 6_819
    assert {option.value: option.count for option in browser.explore(Filters(kind=(METIER,))).options["niveau"]} == {
        **{"3e": 14, "lycee": 0, "cap": 196, "cap+1": 1, "bac": 132, "bac+1": 4, "bac+2": 178, "bac+3": 131},
        **{"bac+4": 9, "bac+5": 313, "bac+6": 7, "bac+7": 12, "bac+8": 23, "bac+9": 15, "autre": 8},
    }


def test_all_interests_and_statuses_can_be_chosen(browser: Browser) -> None:
    options = browser.explore(Filters(kind=(METIER,))).options
    assert [len(options[name]) for name in ("interet", "statut", "domaine")] == [32, 9, 20]


def test_every_sheet_compares_with_its_own_facts(browser: Browser) -> None:
    for kind in (METIER, FORMATION):
        ids = [sheet.sheet_id for sheet in browser.catalogue.of_kind(kind)]
        for first, second in pairwise(ids):
            for row in browser.compare([first, second]).rows:
                assert [cell.sheet_id for cell in row.cells] == [first, second]
                assert all(cell.text and (cell.section or cell.text == "non précisé") for cell in row.cells)
