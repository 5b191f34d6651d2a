"""A sheet and a need in; the fact that answers it in a few words, with the section that it stands in, out."""

from dataclasses import dataclass

from chatbot.answering.wording import NIVEAU, end_sentence, exit_level, lower_first, short_name_of
from chatbot.catalogue import Catalogue
from chatbot.evidence import split_passages
from chatbot.sheets import METIER, Sheet, study_years

LABELS = {
    "niveau": "Niveau", "duree": "Études", "diplomes": "Diplômes", "acces": "Accès", "salaire": "Salaire du débutant",
    "statut": "Statuts", "missions": "Missions", "competences": "Qualités", "conditions": "Conditions",
    "carriere": "Évolution",
    "emploi": "Emploi", "type": "Type", "certification": "Certification", "contenu": "Contenu", "poursuite": "Après",
    "metiers_apres": "Métiers", "attendus": "Attendus", "interets": "Centres d'intérêt", "domaines": "Domaines",
}  # fmt: skip
ABSENT = "non précisé"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a sheet says in a field; `verbatim` when the text stands in the sheet as it is."""

    section: str
    text: str
    verbatim: bool = False


def read_fact(catalogue: Catalogue, sheet: Sheet, need: str, most: int = 4) -> Fact | None:
    """Read the field that answers a need, lists cut at `most`; None where the sheet has no such field."""
    if need in ("niveau", "certification"):
        return _read_level(sheet)
    if need == "duree":
        return _read_studies(sheet)
    section, text, verbatim = "", "", False
    if need == "salaire" and sheet.salaire:
        section, text, verbatim = "Salaire", sheet.salaire.text, True
    elif need == "statut":
        section, text = "Statuts possibles", ", ".join(sheet.statuts)
    elif need == "type":
        section, text, verbatim = "Type", sheet.type, True
    elif need == "diplomes":
        section, text = "Formations recommandées", _join([link.title for link in sheet.formations], most)
    elif need == "metiers_apres":
        titles = [short_name_of(catalogue[metier_id]) for metier_id in catalogue.metiers_of(sheet.sheet_id)]
        section, text = "Métiers associés" if sheet.metiers else "Fiches des métiers", _join(titles, most)
    elif need == "interets":
        section, text = "Centres d'intérêt", " ; ".join(sheet.interets)
    elif need == "domaines":
        section, text = "Domaines", " ; ".join(sheet.domaines)
    return Fact(section, text, verbatim) if text else None


def _read_level(sheet: Sheet) -> Fact | None:
    if sheet.kind == METIER:
        return Fact(NIVEAU, sheet.niveau.text, True) if sheet.niveau else None
    section = "Niveau de certification" if sheet.certification else "Niveau de sortie"
    return Fact(section, exit_level(sheet)) if exit_level(sheet) else None


def _read_studies(sheet: Sheet) -> Fact | None:
    if sheet.duree:
        return Fact("Durée", sheet.duree, True)
    studies = sheet.sections_under("Durée des études")
    parts = [f"{lower_first(part.subheading)} : {end_sentence(part.text)}" for part in studies]
    if parts:
        return Fact("Durée des études", " ; ".join(parts))
    access = [p.text for p in split_passages(sheet) if p.heading == "Accès au métier" and study_years(p.text)]
    return Fact("Accès au métier", access[0], True) if access else None


def _join(titles: list[str], most: int) -> str:
    """Titles hold commas of their own: "master mention marketing, vente"."""
    return " ; ".join(titles[:most]) + (f" ; et {len(titles) - most} autres" if len(titles) > most else "")
