"""Files of sheets: which are read, in which order, how those of one ID become one, what is reported."""

import os
from pathlib import Path

import pytest

from chatbot.sheets import (
    FORMATION,
    Name,
    Niveau,
    Reading,
    Rome,
    find_files,
    parse_sheet,
    read_sheets,
)
from chatbot.sheets.files import MAX_FILE_BYTES
from tests.sheet_texts import FORMATION_TEXT, GOOD, METIER_ROW, METIER_TEXT, REFERENTIAL_TEXT, passages


def write(folder: Path, **files: str) -> Reading:
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return read_sheets([folder])


def test_a_formation_takes_its_id_from_the_file_name() -> None:
    sheet = parse_sheet(FORMATION_TEXT, "FOR.90001_cap_météo.md")
    assert (sheet.sheet_id, sheet.kind, sheet.detailed) == ("FOR.90001", FORMATION, True)
    assert (sheet.sigle, sheet.duree, sheet.certification) == ("CMD", "2 ans", "niveau 3")
    assert sheet.lien == "https://exemple.test/a_b"
    assert sheet.metiers == ("dresseur/euse de nuages",)
    assert passages(sheet) == [("Attendus", "Attendus nationaux", "Savoir attendre.")]


def test_a_referential_row_takes_its_id_from_its_link() -> None:
    sheet = parse_sheet(REFERENTIAL_TEXT, "formation_00001.md")
    assert (sheet.sheet_id, sheet.kind, sheet.detailed) == ("FOR.90001", FORMATION, False)
    assert (sheet.code_rncp, sheet.code_nsf, sheet.tutelle) == ("99901", "210 | 212", "Ministère du Ciel")
    assert sheet.domaines == ("ciel/nuages",)


def test_a_formation_is_one_sheet_with_what_the_referential_adds(tmp_path: Path) -> None:
    reading = write(tmp_path, **{"FOR.90001_cap": FORMATION_TEXT, "a_row": REFERENTIAL_TEXT})
    assert list(reading.sheets) == ["FOR.90001"]
    sheet = reading.sheets["FOR.90001"]
    assert sheet.niveau == Niveau("CAP ou équivalent", -2.0)
    assert (sheet.code_rncp, sheet.code_scolarite, sheet.domaines) == ("99901", "123", ("ciel/nuages",))
    assert sheet.type == "certificat d'aptitude céleste (CAP)"  # the fuller wording; the other is kept
    assert sheet.other_facts == (("type", "CAP (CAP)"),)
    assert sheet.names == (Name("CAP météo douce"),)
    assert sheet.files == ("FOR.90001_cap.md", "a_row.md")
    assert sheet.detailed


def test_every_value_that_differs_between_two_files_is_kept(tmp_path: Path) -> None:
    row = REFERENTIAL_TEXT.replace("2 ans", "1 an").replace("niveau 3", "niveau 4").replace("CMD", "CAPMD")
    sheet = write(tmp_path, **{"FOR.90001_cap": FORMATION_TEXT, "row": row}).sheets["FOR.90001"]
    assert (sheet.duree, sheet.certification, sheet.sigle) == ("2 ans", "niveau 3", "CMD")
    assert {("duree", "1 an"), ("certification", "niveau 4"), ("sigle", "CAPMD")} < set(sheet.other_facts)


def test_the_rows_of_one_metier_are_merged(tmp_path: Path) -> None:
    reading = write(
        tmp_path,
        row_1=METIER_ROW.format(about="vent"),
        row_2=METIER_ROW.format(about="givre"),
        **{"MET.90001_dresseur": METIER_TEXT},
    )
    sheet = reading.sheets["MET.90001"]
    assert sheet.title == "dresseur/euse de nuages"
    assert len(sheet.names) == 2  # "dresseur / dresseuse de nuages" says nothing new
    assert sheet.romes == (Rome("Z9901", "Conduite de nuages"), Rome("Z9902"), Rome("Z9903", "Conduite de brumes"))
    assert sorted(sheet.domaines) == ["ciel/givre", "ciel/nuages", "ciel/vent"]
    assert set(sheet.publications) == {
        "Les métiers du vent, Parcours, 2021, vent1",
        "Les métiers du givre, Parcours, 2021, givre1",
    }
    assert sheet.gfe == "GFE Z : ciel"


def test_files_of_one_name_keep_the_titles_of_their_headings(tmp_path: Path) -> None:
    reading = write(
        tmp_path,
        **{"FOR.1_bts_ciel": "# BTS ciel option A\n\n**Durée:** 2 ans\n", "FOR.2_bts_ciel": "# BTS ciel option B\n"},
    )
    assert [sheet.title for sheet in reading.sheets.values()] == ["BTS ciel option A", "BTS ciel option B"]


def test_own_sheets_with_one_id_are_merged(tmp_path: Path) -> None:
    first = "# dresseur\n**ID:** MET.7\n\n## Présentation\n\nUn.\n\n**Statuts possibles:**\n- salarié\n"
    second = "# dresseur de nuages\n**ID:** MET.7\n\n## En bref\n\nDeux.\n\n**Statuts possibles:**\n- libéral\n"
    sheet = write(tmp_path, a=first, b=second).sheets["MET.7"]
    assert [name.label for name in sheet.names] == ["dresseur", "dresseur de nuages"]
    assert sheet.statuts == ("salarié", "libéral")
    assert [section.text for section in sheet.sections] == ["Un.", "Deux."]


def test_an_own_sheet_may_state_facts_that_no_field_holds() -> None:
    sheet = parse_sheet("# métier rare\n**ID:** MET.5\n**Uniforme:** bleu\n**Outils:**\n- filet\n- sifflet\n", "a.md")
    assert sheet.other_facts == (("uniforme", "bleu"), ("outils", "filet; sifflet"))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.md", b"", "empty file", id="empty"),
        pytest.param("a.md", b" \n\t\n", "empty file", id="blank"),
        pytest.param("a.md", b"**ID:** MET.2\n", "no title", id="no title"),
        pytest.param("a.md", b"# Un titre\n\nTexte.\n", "no ID", id="no ID"),
        pytest.param("a.md", b"# Un titre\n**ID:** ?\n", "no ID", id="impossible ID"),
        pytest.param("a.md", "# m\u00e9tier\n**ID:** MET.2\n".encode("latin-1"), "not UTF-8: byte 0xe9", id="Latin-1"),
        pytest.param("a.md", "# métier\n".encode("utf-16"), "binary file", id="UTF-16"),
        pytest.param("a.md", b"\x89PNG\r\n\x1a\n\0\0", "binary file", id="binary"),
        pytest.param("a.md", b"x" * (MAX_FILE_BYTES + 1), "too large", id="too large"),
    ],
)
def test_a_broken_file_is_reported_and_the_rest_is_read(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    reading = write(tmp_path, good=GOOD)
    assert list(reading.sheets) == ["MET.1"]
    [problem] = reading.problems
    assert problem.path == tmp_path / name
    assert problem.reason.startswith(reason)


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(50_000_000)
    [problem] = read_sheets([tmp_path]).problems
    assert problem.reason == "too large: 50,000,000 bytes, a sheet has at most 2,000,000"


def test_what_is_no_file_is_reported_or_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "folder.md" / "inside.MD").write_text(GOOD)
    (tmp_path / "README.md").write_text("# How to bring sheets\n")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    os.mkfifo(tmp_path / "pipe.md")
    reading = read_sheets([tmp_path, tmp_path / "missing"])
    assert list(reading.sheets) == ["MET.1"]
    reasons = {problem.path.name: problem.reason for problem in reading.problems}
    assert reasons == {
        "loop.md": "cannot be read: Too many levels of symbolic links",
        "gone.md": "cannot be read: No such file or directory",
        "missing": "cannot be read: No such file or directory",
        "pipe.md": "not a file that can be read",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(GOOD)
    (tmp_path / "secret.md").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    problems = read_sheets([tmp_path]).problems
    (tmp_path / "closed").chmod(0o700)
    assert {problem.path.name for problem in problems} == {"secret.md", "closed"}


def test_files_come_in_a_stable_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "c.txt"):
        (tmp_path / name).write_text(GOOD)
    assert [path.name for path in find_files([tmp_path])] == ["a.md", "b.md"]
    assert [path.name for path in find_files([tmp_path / "c.txt"])] == ["c.txt"]


def test_progress_is_told_every_thousand_files(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(GOOD)
    told: list[int] = []
    read_sheets([path] * 2_000, told.append)
    assert told == [1_000, 2_000]
