"""The commands of upkeep on the command line: what they print and give back; no index is trained here."""

import json
from pathlib import Path

import pytest

from chatbot.__main__ import main
from chatbot.sheets import METIER, Name, Niveau, Sheet
from tests.onisep_exports import metier_xml, write_xml
from tests.onisep_server import Served, serve

SEEDS = Path(__file__).parent.parent / "seeds"


def write_metiers(folder: Path, level: str = "bac + 3", count: int = 1) -> None:
    folder.mkdir(exist_ok=True)
    sheets = [
        Sheet(f"MET.{n}", METIER, f"métier {n}", names=(Name(f"métier {n}"),), niveau=Niveau(level, 0.0))
        for n in range(1, count + 1)
    ]
    write_xml(folder / "m.zip", "metiers", map(metier_xml, sheets))


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("CHATBOT_SHEETS", "own")  # the fetched sheets are not among these: nothing is indexed
    monkeypatch.setenv("CHATBOT_VECTORSTORE", "VS")


def test_a_fetch_tells_what_came_and_what_to_set_to_index_it(capsys: pytest.CaptureFixture[str]) -> None:
    write_metiers(Path("in"))
    assert main(["fetch", "--from", "in"]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith("metiers: 1 sheets in 1 records\n")
    assert shown.out.endswith("1 sheets added, 0 changed, 0 removed\n")
    assert shown.err.endswith("CHATBOT_SHEETS is 'own'. Set CHATBOT_SHEETS=onisep/sheets:own and index.\n")
    assert "**Niveau d'accès minimum:** bac + 3" in Path("onisep/sheets/metiers/MET.1.md").read_text(encoding="utf-8")


def test_a_dry_run_tells_each_fact(capsys: pytest.CaptureFixture[str]) -> None:
    write_metiers(Path("in"))
    main(["fetch", "--from", "in"])
    write_metiers(Path("in"), "bac + 4")
    capsys.readouterr()
    assert main(["fetch", "--from", "in", "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith("niveau of MET.1: bac + 3 → bac + 4\n")
    assert "bac + 3" in Path("onisep/sheets/metiers/MET.1.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["--from", "nowhere"], "'nowhere' is no folder. Nothing was changed.\n", id="no folder"),
        pytest.param(["--from", "own"], "'own' holds none of Onisep's exports. Nothing was changed.\n", id="no export"),
    ],
)
def test_a_fetch_that_cannot_be_says_why(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fetch", *arguments]) == 2
    assert capsys.readouterr().err.endswith(sentence)


def test_a_mirror_without_the_files_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(Served()) as served:
        assert main(["fetch", "--mirror", served.url]) == 2
    assert capsys.readouterr().err.endswith("5fe0808a2da6f.zip answered 404 Not Found. Nothing was changed.\n")


def test_a_check_gives_one_when_anything_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SEEDS / "MET.854_responsable_e_commerce.md")]) == 0
    assert capsys.readouterr().err.endswith("aucun problème\n")
    Path("own/LYC.12.md").write_text("# atelier\n**Durée:** longtemps\n", encoding="utf-8")
    assert main(["check", "own"]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("own/LYC.12.md:2: durée « longtemps » incomprise")
    assert shown.err == "1 fichier, 1 problème\n"
    assert main(["check", "nowhere"]) == 2
    Path("own/LYC.12.md").unlink()
    assert main(["check", "own"]) == 1  # nothing to check is no success
    assert capsys.readouterr().err.endswith("aucune fiche ici\n")


def test_the_catalogue_is_told_as_a_table_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", str(SEEDS)]) == 0
    assert "  métiers\n" in capsys.readouterr().out
    assert main(["catalogue", str(SEEDS), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["métiers"] >= 1
    assert main(["catalogue"]) == 2
    assert capsys.readouterr().err == "There is no index in 'VS'. Run: python -m chatbot index\n"
