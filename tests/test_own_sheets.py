"""Sheets of a school's own: IDs of any prefix are parsed, named, cited, served and audited as Onisep's are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from chatbot.answering import Chatbot
from chatbot.api import OpenIndex, create_api
from chatbot.assembly import build_chatbot
from chatbot.audit import audit, list_probes
from chatbot.browse import Browser
from chatbot.citations import cited_ids
from chatbot.evaluation import read_texts
from chatbot.question import Turn
from chatbot.sheets import FORMATION, METIER, parse_sheet
from tests.fake_chatbot import FakeSearcher
from tests.small_world import SHEETS, build_small_index

WORKSHOP = """# atelier de lutherie du lycée des Trois-Vents
**ID:** LYC.12
**Sigle:** ALTV
**Durée:** 18 mois
**Niveau de sortie indicatif:** CAP ou équivalent
**Lien:** https://trois-vents.example/lutherie

## Description

L'atelier apprend à fabriquer des violons de poche en bois de noyer.

## Poursuite d'études

Ensuite, un brevet des métiers d'art.

## Métiers associés

- luthier/ère de poche
"""
LUTHIER = """# luthier/ère de poche
**ID:** REGSUD.3

**Appellations:**
- Féminin: luthière de poche
- Masculin: luthier de poche

## Présentation

Le luthier de poche fabrique des violons minuscules.

## Salaire

1 850 euros brut par mois.

**Niveau d'accès minimum:** CAP ou équivalent

## Formations recommandées

- atelier de lutherie du lycée des Trois-Vents (ID: LYC.12)
"""
OWN = {"atelier.md": WORKSHOP, "luthier.md": LUTHIER}  # the names of the files say nothing


@pytest.fixture(scope="module")
def own_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatbot]:
    yield build_chatbot(build_small_index(tmp_path_factory.mktemp("own"), OWN))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(WORKSHOP, FORMATION, id="formation"),
        pytest.param(LUTHIER, METIER, id="métier"),
        pytest.param("# a\n**ID:** LYC.1\n\n## Description\n\nb\n", FORMATION, id="by a section"),
        pytest.param("# a\n**ID:** LYC.1\n\n## Présentation\n\nb\n", METIER, id="nothing to tell it by"),
        pytest.param("# a\n**ID:** LYC.1\n**Durée:** 1 an\n**Niveau d'accès minimum:** bac\n", METIER, id="both"),
        pytest.param("# a\n**ID:** MET.1\n**Durée:** 1 an\n", METIER, id="the ID decides"),
    ],
)
def test_what_the_sheet_says_tells_its_kind(text: str, kind: str) -> None:
    assert parse_sheet(text, "fiche.md").kind == kind


@pytest.mark.parametrize(
    ("question", "fact", "sheet_id"),
    [
        pytest.param("Combien gagne un luthier de poche ?", "1 850 euros brut par mois", "REGSUD.3", id="salary"),
        pytest.param("Quel diplôme pour devenir luthière de poche ?", "CAP ou équivalent", "REGSUD.3", id="level"),
        pytest.param("Combien de temps dure l'atelier de lutherie du lycée des Trois-Vents ?", "18 mois", "LYC.12",
                     id="duration"),
        pytest.param("LYC.12", "18 mois", "LYC.12", id="its ID"),
        pytest.param("c'est quoi regsud.3 ?", "violons minuscules", "REGSUD.3", id="its ID in small letters"),
        pytest.param("quel niveau de sortie pour ALTV ?", "CAP ou équivalent", "LYC.12", id="sigle"),
    ],
)  # fmt: skip
def test_an_own_sheet_answers_and_is_cited(own_bot: Chatbot, question: str, fact: str, sheet_id: str) -> None:
    answer = own_bot.answer(question)
    assert fact in answer.text
    assert sheet_id in cited_ids(answer.text)
    assert set(cited_ids(answer.text)) == {citation.sheet_id for citation in answer.citations}


def test_an_own_sheet_is_remembered_in_the_conversation(own_bot: Chatbot) -> None:
    first = own_bot.answer("c'est quoi luthier de poche ?")
    history = [Turn("user", "c'est quoi luthier de poche ?"), Turn("assistant", first.text)]
    assert "1 850 euros" in own_bot.answer("et ça gagne combien ?", history).text


def test_the_link_of_an_own_sheet_is_its_own_or_none(own_bot: Chatbot) -> None:
    urls = {c.sheet_id: c.url for c in own_bot.answer("Quel diplôme pour devenir luthière de poche ?").citations}
    assert urls == {"REGSUD.3": "", "LYC.12": "https://trois-vents.example/lutherie"}


def test_the_api_serves_an_own_sheet(own_bot: Chatbot) -> None:
    class Fixed:
        def open_index(self) -> OpenIndex:
            return OpenIndex(own_bot, Browser(own_bot.catalogue, FakeSearcher()), 1, 1, "fake", datetime.now(UTC))

    client = TestClient(create_api(Fixed()))
    sheet = client.get("/api/sheets/LYC.12").json()
    assert (sheet["id"], sheet["kind"], sheet["url"]) == ("LYC.12", "formation", "https://trois-vents.example/lutherie")
    answer = client.post("/api/answer", json={"question": "Combien gagne un luthier de poche ?"}).json()
    assert [citation["id"] for citation in answer["citations"]] == ["REGSUD.3"]


def test_the_audit_asks_own_sheets_too(own_bot: Chatbot, tmp_path: Path) -> None:
    for name, text in OWN.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    texts = read_texts([tmp_path])
    assert texts.keys() == {"LYC.12", "REGSUD.3"}
    probes = [probe for probe in list_probes(own_bot.catalogue) if probe.sheets[0].sheet_id in texts]
    assert {probe.sheets[0].sheet_id for probe in probes} == texts.keys()
    verdicts = audit(probes, own_bot, texts | SHEETS)
    exact = {verdict.probe.sheets[0].sheet_id for verdict in verdicts if not verdict.faults}
    assert exact == texts.keys()
    assert not [fault for verdict in verdicts for fault in verdict.faults if fault.kind == "invented ID"]
