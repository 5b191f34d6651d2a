"""A sheet and what was asked of it in; what may be asked of it next, out."""

from chatbot.catalogue import Catalogue
from chatbot.question import Question
from chatbot.sheets import METIER, Sheet

STARTERS = (
    "J'aime les animaux, quels métiers sans longues études ?",
    "Quel diplôme pour devenir infirmier ?",
    "Que faire après un bac pro commerce ?",
    "Différence entre BTS MCO et BTS comptabilité et gestion ?",
)
OF_METIER = {
    "missions": "Que fait-on dans ce métier ?",
    "salaire": "Combien gagne un débutant ?",
    "diplomes": "Quelles formations y mènent ?",
    "conditions": "Quelles sont les conditions de travail ?",
    "competences": "Quelles qualités faut-il ?",
    "carriere": "Quelles évolutions de carrière ?",
}
OF_FORMATION = {
    "metiers_apres": "Quels métiers après cette formation ?",
    "acces": "Comment y entre-t-on ?",
    "poursuite": "Quelles poursuites d'études ?",
    "duree": "Combien de temps dure-t-elle ?",
}
SECTION_OF = {
    "missions": "Nature du travail",
    "conditions": "Conditions de travail",
    "competences": "Compétences requises",
    "carriere": "Intégrer le marché du travail",
    "acces": "Accès",
    "poursuite": "Poursuite d'études",
}


def suggest(catalogue: Catalogue, sheet: Sheet, question: Question) -> tuple[str, ...]:
    """Offer the needs that the sheet can answer and that were not asked, the most useful first."""
    follow_ups = OF_METIER if sheet.kind == METIER else OF_FORMATION
    answered = {need for need, heading in SECTION_OF.items() if sheet.text_of(heading)}
    answered |= {"diplomes"} if sheet.formations else set()
    answered |= {"salaire"} if sheet.salaire and sheet.salaire.amounts else set()
    answered |= {"duree"} if sheet.duree else set()
    answered |= {"metiers_apres"} if catalogue.metiers_of(sheet.sheet_id) else set()
    return tuple(text for need, text in follow_ups.items() if need in answered and need not in question.needs)
