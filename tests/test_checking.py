"""The checker: every problem of a sheet with its line, nothing said of a sound one, the template included."""

import re
from pathlib import Path

import pytest

from chatbot.checking import check_paths

ROOT = Path(__file__).parent.parent
SOUND = """# luthier/ère de poche
**ID:** REG.3

## Présentation

Des violons minuscules.

## Salaire

1 850 euros brut par mois.

**Niveau d'accès minimum:** CAP ou équivalent

## Formations recommandées

- atelier de lutherie (ID: LYC.12)

## Centres d'intérêt

- j'aime bouger
"""


def check(path: Path, text: str, known: set[str] | None = None) -> list[str]:
    path.write_text(text, encoding="utf-8")
    _, remarks = check_paths([path], known)
    assert all(str(remark).startswith(f"{path}:{remark.line}: ") for remark in remarks)
    return [f"{remark.line}: {remark.text}" for remark in remarks]


def test_a_sound_sheet_has_no_problem(tmp_path: Path) -> None:
    assert check(tmp_path / "fiche.md", SOUND) == []
    assert check(tmp_path / "fiche.md", SOUND.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        pytest.param("# luthier/ère de poche\n", "", "1: texte avant le titre", id="no title"),
        pytest.param("minuscules.", "minuscules.\n# encore", "7: deuxième titre « encore »", id="second title"),
        pytest.param("**ID:** REG.3\n", "", "1: pas d'identifiant", id="no ID"),
        pytest.param("REG.3", "reg-3", "2: identifiant « reg-3 » : des majuscules, un point", id="bad ID"),
        pytest.param("## Salaire", "## Salaires", "8: section « Salaires » inconnue : vouliez-vous écrire « Salaire »",
                     id="section"),
        pytest.param("**Niveau d'accès minimum:**", "**Niveau d'acces minimun:**",
                     "12: ligne « Niveau d'acces minimun » inconnue : vouliez-vous", id="label"),
        pytest.param("CAP ou équivalent", "un bon niveau", "12: niveau « un bon niveau » inconnu", id="level"),
        pytest.param("**Niveau d'accès minimum:** CAP ou équivalent", "**Niveau d'accès minimum:**",
                     "12: « Niveau d'accès minimum » est vide", id="empty label"),
        pytest.param("**ID:** REG.3", "**ID:** REG.3\n**Durée:** longtemps", "3: durée « longtemps »", id="duration"),
        pytest.param("**ID:** REG.3", "**ID:** REG.3\n**ID:** REG.4", "3: « ID » est déjà à la ligne 2", id="twice"),
        pytest.param("**ID:** REG.3", "**ID:** REG.3\n**Niveau de certification:** 5",
                     "3: niveau de certification « 5 »", id="certification"),
        pytest.param("**ID:** REG.3", "**ID:** REG.3\n**Lien:** javascript:alert(1)", "3: lien « java", id="link"),
        pytest.param("**ID:** REG.3", "**ID:** REG.3\n**Codes ROME:**\n- B19", "4: code ROME « B19 »", id="ROME"),
        pytest.param(" (ID: LYC.12)", "", "16: « atelier de lutherie » n'a pas d'identifiant", id="formation"),
        pytest.param("- atelier", "atelier", "16: « Formations recommandées » est une liste", id="no list"),
        pytest.param("j'aime bouger", "j'aime boujer", "20: centre d'intérêt « j'aime boujer » inconnu : vouliez-vous",
                     id="interest"),
        pytest.param("Des violons minuscules.\n", "", "4: section « Présentation » vide", id="empty section"),
        pytest.param("minuscules", "<b>minuscules</b>", "6: balise « <b> »", id="HTML"),
        pytest.param("minuscules", "minuscules Ã©", "6: caractères abîmés", id="mojibake"),
        pytest.param("Des violons minuscules", "À COMPLÉTER", "6: « À COMPLÉTER »", id="template left as it is"),
        pytest.param("par mois", "", "8: le salaire ne dit pas", id="salary without a unit"),
        pytest.param("## Salaire\n", "## Accès au métier\n\nPas de diplôme exigé.\n\n## Salaire\n",
                     "16: le texte de l'accès dit « Pas de diplôme exigé », le niveau", id="level and text"),
    ],
)  # fmt: skip
def test_a_problem_is_told_with_its_line(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in SOUND
    found = check(tmp_path / "fiche.md", SOUND.replace(before, after, 1))
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"", "1: fichier vide", id="empty"),
        pytest.param(b"# a\n**ID:** REG.1\n\n\xe9t\xe9\n", "4: caractère illisible", id="another encoding"),
        pytest.param(b"# a\n\0\n", "2: ce n'est pas un fichier de texte", id="binary"),
        pytest.param(b"# a\n" + b"x" * 2_000_001, "1: fichier trop gros", id="huge"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "fiche.md").write_bytes(data)
    _, [remark] = check_paths([tmp_path])
    assert f"{remark.line}: {remark.text}".startswith(problem)


def test_an_id_in_the_name_of_the_file_must_be_the_one_inside(tmp_path: Path) -> None:
    found = check(tmp_path / "REG.4_luthier.md", SOUND)
    assert found == ["2: l'identifiant REG.3 n'est pas celui du nom du fichier (REG.4)"]


def test_an_id_of_two_files_and_a_link_that_leads_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(SOUND, encoding="utf-8")
    (tmp_path / "b.md").write_text(SOUND, encoding="utf-8")
    _, remarks = check_paths([tmp_path], {"LYC.12"})
    assert [(r.path.name, r.text) for r in remarks] == [
        ("b.md", f"REG.3 est déjà l'identifiant de {tmp_path / 'a.md'} : une fiche par identifiant")
    ]
    (tmp_path / "b.md").unlink()
    _, [remark] = check_paths([tmp_path], {"MET.38"})
    assert (remark.line, remark.text) == (16, "aucune fiche ne porte l'identifiant LYC.12")


def test_the_seeds_and_the_filled_templates_are_sound(tmp_path: Path) -> None:
    of_onisep = ("le texte de l'accès dit", "code ROME « A15 »")  # its own contradictions are kept
    assert [r for r in check_paths([ROOT / "seeds"])[1] if not r.text.startswith(of_onisep)] == []
    text = (ROOT / "docs" / "fiches.md").read_text(encoding="utf-8")
    templates = re.findall(r"```markdown\n(.*?)```", text, re.DOTALL)
    assert len(templates) == 2
    for number, template in enumerate(templates):
        (tmp_path / f"{number}.md").write_text(template, encoding="utf-8")
    count, remarks = check_paths([tmp_path])
    assert (count, list(map(str, remarks))) == (2, [])


def test_the_page_of_documentation_lists_every_interest() -> None:
    text = (ROOT / "docs" / "fiches.md").read_text(encoding="utf-8")
    rows = (ROOT / "chatbot" / "data" / "interests.jsonl").read_text(encoding="utf-8").splitlines()
    assert [row for row in re.findall(r'"interest": "(.*?)"', "\n".join(rows)) if f"- {row}\n" not in text] == []
