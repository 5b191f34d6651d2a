"""What changed between two states of a corpus: each fact before and after, as text and as JSON."""

from dataclasses import replace

import pytest

from chatbot.sheets import (
    CorpusChanges,
    Link,
    Name,
    Niveau,
    Salaire,
    Section,
    Sheet,
    compare_sheets,
    dump_changes,
    load_changes,
    render_changes,
)

INFIRMIER = Sheet(
    "MET.38",
    "metier",
    "infirmier/ère",
    names=(Name("infirmier/ère"),),
    niveau=Niveau("bac + 3", 3.0),
    formations=(Link("FOR.2", "DE infirmier"), Link("FOR.1", "DE ancien")),
    sections=(Section("Accès au métier", "", "Trois ans."), Section("Présentation", "", "Soigne.")),
)


@pytest.mark.parametrize(
    ("after", "line"),
    [
        pytest.param(
            replace(INFIRMIER, niveau=Niveau("bac + 4", 4.0)), "niveau of MET.38: bac + 3 → bac + 4", id="value"
        ),
        pytest.param(replace(INFIRMIER, niveau=None), "niveau of MET.38: bac + 3 → (absent)", id="gone"),
        pytest.param(
            replace(INFIRMIER, salaire=Salaire("Variable")), "salaire of MET.38: (absent) → Variable", id="came"
        ),
        pytest.param(
            replace(INFIRMIER, formations=(Link("FOR.2", "DE infirmier"), Link("FOR.3", "DE neuf"))),
            "formations of MET.38: DE ancien (FOR.1) → DE neuf (FOR.3)",
            id="items-of-a-list",
        ),
        pytest.param(
            replace(INFIRMIER, sections=(Section("Accès au métier", "", "Quatre ans."), INFIRMIER.sections[1])),
            "text of MET.38: Accès au métier",
            id="text",
        ),
    ],
)
def test_a_change_of_one_sheet_is_one_line(after: Sheet, line: str) -> None:
    changes = compare_sheets({"MET.38": INFIRMIER}, {"MET.38": after})
    assert render_changes(changes) == line
    assert load_changes(dump_changes(changes)) == changes


def test_sheets_that_come_and_go_are_listed_by_number() -> None:
    sheets = {f"MET.{n}": Sheet(f"MET.{n}", "metier", f"métier {n}") for n in (1, 10, 9)}
    assert render_changes(compare_sheets({}, sheets)).splitlines() == [
        "added MET.1 métier 1",
        "added MET.9 métier 9",
        "added MET.10 métier 10",
    ]
    assert render_changes(compare_sheets(sheets, {}), limit=1) == "removed MET.1 métier 1\n… and 2 more"


def test_the_same_sheets_from_other_files_are_no_change() -> None:
    same = replace(INFIRMIER, files=("elsewhere.md",))
    assert compare_sheets({"MET.38": INFIRMIER}, {"MET.38": same}) == CorpusChanges()
    assert not compare_sheets({}, {})
