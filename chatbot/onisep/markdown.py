"""A record of an export comes in; the Markdown of its sheet goes out, in the layout that `sheets` reads."""

import re
from collections.abc import Iterable, Mapping

from chatbot.onisep.html import HEADING_SIGN, plain_line, read_html
from chatbot.onisep.records import Node
from chatbot.sheets import SECTION_NAMES

METIER_SECTIONS = (
    ("Nature du travail", "nature_travail"),
    ("Compétences requises", "competences"),
    ("Conditions de travail", "condition_travail"),
    ("Vie professionnelle", "vie_professionnelle"),
    ("Accès au métier", "acces_metier"),
)
FORMATION_SECTIONS = (
    ("Description", "descriptif_format_court"),
    ("Accès", "descriptif_acces"),
    ("Attendus", "attendus"),
    ("Poursuite d'études", "descriptif_poursuite_etudes"),
)
# The headings of the source that are sections of a sheet; elsewhere a heading named like a section is no section.
INNER_SECTIONS = {
    "En bref": {"durée des études"},
    "Vie professionnelle": {"salaire", "intégrer le marché du travail"},
}
STUDIES = "Durée des études"
UNREGISTERED = "non inscrit au RNCP"


def render_metier(record: Node) -> str:
    """Write the sheet of a record of the métiers."""
    lines = [f"# {title_of(record)}", f"**ID:** {plain_line(record.value('identifiant'))}", ""]
    forms = _forms(record)
    lines += ["**Appellations:**", *forms, ""] if forms else []
    synonymes = record.all("synonymes", "synonyme")
    if synonymes:
        lines += ["## Autres appellations", ""]
        for each in synonymes:
            label = plain_line(each.value("nom_metier", "libelle") or each.text)
            lines += [f"### {label}", *_forms(each), ""] if label else []
    lines += _listed("**Codes ROME:**", (node.text for node in record.all("romesV3", "romeV3")))
    lines += _section("Présentation", record.value("accroche_metier"))
    lines += _section("En bref", _short_format(record))
    for heading, tag in METIER_SECTIONS:
        lines += _section(heading, record.value(tag))
    lines += _fact("Niveau d'accès minimum", level_text("".join(_labels(record, "niveau_acces_min"))))
    links = (
        (plain_line(node.value("libelle")), plain_line(node.value("id")))
        for node in record.all("formations_min_requise", "formation_min_requise")
    )
    formations = [f"{title} (ID: {sheet_id})" if sheet_id else title for title, sheet_id in links if title]
    lines += _listed("## Formations recommandées", formations)
    lines += _listed("**Statuts possibles:**", _labels(record, "statuts", "statut"))
    lines += _listed("## Centres d'intérêt", _labels(record, "centres_interet", "centre_interet"))
    return _join(lines)


def render_formation(record: Node, metiers: Mapping[str, str]) -> str:
    """Write the sheet of a record of the formations; `metiers` gives the titles of métiers by ID."""
    kind = next(iter(record.all("type_Formation")), Node(""))
    type_name = plain_line(kind.value("type_formation_libelle", "type_formation_libelle_court"))
    sigle = plain_line(kind.value("type_formation_sigle"))
    lines = [f"# {title_of(record)}", "", "## Informations générales", ""]
    lines += _fact("Code scolarité", record.value("code_scolarite"))
    lines += _fact("Sigle", record.value("sigle"))
    lines += _fact("Durée", record.value("duree", "duree_formation"))
    lines += _fact("Niveau de certification", certification_text(record.value("niveau_certification")))
    lines += _fact("Type", f"{type_name} ({sigle})" if type_name and sigle else type_name)
    url = record.value("url")
    lines += _fact("Lien", f"[{url}]({url})" if re.fullmatch(r"https?://[^\s()\[\]]+", url) else url)
    for heading, tag in FORMATION_SECTIONS:
        lines += _section(heading, record.value(tag))
    titles = [metiers.get(node.value("id")) or node.value("nom_metier", "libelle") for node in record.below("metier")]
    lines += _listed("## Métiers associés", dict.fromkeys(titles))
    return _join(lines)


def render_ideo_formation(row: Mapping[str, str]) -> str:
    """Write what a row of the referential says of a formation."""
    kind, sigle = row.get("libelle_type_formation", ""), row.get("sigle_type_formation", "")
    lines = [f"# {plain_line(row.get('libelle_formation_principal', ''))}", "", "## Informations générales", ""]
    lines += _fact("Type de formation", f"{kind} ({sigle})" if kind and sigle else kind)
    lines += _fact("Sigle", row.get("sigle_formation", ""))
    lines += _fact("Durée", row.get("duree", ""))
    lines += _fact("Niveau de sortie indicatif", level_text(row.get("niveau_de_sortie_indicatif", "")))
    lines += ["", "## Certification", ""]
    lines += _fact("Code RNCP", row.get("code_rncp", ""))
    lines += _fact("Niveau", certification_text(row.get("libelle_niveau_de_certification", "")))
    lines += _fact("Code scolarité", row.get("code_scolarite", ""))
    lines += _fact("Code NSF", row.get("code_nsf", ""))
    lines += _fact("Tutelle", row.get("tutelle", ""))
    lines += _fact("🔗 Fiche formation Onisep", row["url_et_id_onisep"])
    return _join([*lines, *_domaines(row)])


def render_ideo_metier(row: Mapping[str, str]) -> str:
    """Write what a row of the referential says of a métier."""
    lines = [f"# {plain_line(row.get('libelle_metier', ''))}"]
    lines += _fact("🔗 Fiche métier Onisep", row["lien_site_onisepfr"])
    publication = [
        *_fact("Titre", row.get("nom_publication", "")),
        *_fact("Collection", row.get("collection", "")),
        *_fact("Année", row.get("annee", "")),
        *_fact("Code", row.get("gencod", "")),
    ]
    lines += ["", "## Publication", "", *publication] if publication else []
    lines += _fact("Groupe Formation Emploi (GFE)", row.get("gfe", ""))
    rome = [*_fact("Code ROME", row.get("code_rome", "")), *_fact("Intitulé", row.get("libelle_rome", ""))]
    lines += ["", "## Classification ROME", "", *rome] if rome else []
    return _join([*lines, *_domaines(row)])


def title_of(record: Node) -> str:
    """Give the title of a record of the métiers or formations."""
    return plain_line(record.value("nom_metier", "libelle_complet"))


def level_text(text: str) -> str:
    """Write a level as sheets do: "Bac + 5" is "bac + 5"."""
    return re.sub(r"^Bac\b", "bac", plain_line(text))


def certification_text(text: str) -> str:
    """Write a level of certification as sheets do: "5" and "niveau 5 (bac + 2)" are "niveau 5"."""
    text = re.sub(r"^(niveau \d) \(.*\)$", r"\1", plain_line(text))
    if re.fullmatch(r"\d", text):
        return f"niveau {text}" if text != "0" else UNREGISTERED
    return text


def _short_format(record: Node) -> str:
    """Give the short text that tells how long the studies last, else the last one."""
    texts = [node.value("descriptif") or node.text for node in record.all("formats_courts", "format_court")]
    texts = [text for text in [*texts, record.value("format_court")] if text]
    return next((text for text in texts if STUDIES in text), texts[-1] if texts else "")


def _forms(node: Node) -> list[str]:
    feminine, masculine = (plain_line(node.value(tag)) for tag in ("libelle_feminin", "libelle_masculin"))
    return [f"- Féminin: {feminine}", f"- Masculin: {masculine}"] if feminine or masculine else []


def _labels(record: Node, *path: str) -> list[str]:
    return [node.value("libelle") or node.text for node in record.all(*path)]


def _fact(label: str, value: str) -> list[str]:
    value = plain_line(value)
    return [f"**{label}:** {value}"] if value else []


def _listed(opening: str, items: Iterable[str]) -> list[str]:
    lines = [f"- {line}" for item in items if (line := plain_line(item))]
    return ["", opening, *lines] if lines else []


def _domaines(row: Mapping[str, str]) -> list[str]:
    return _listed("## Domaines", row.get("domainesous-domaine", "").split("|"))


def _section(heading: str, text: str) -> list[str]:
    """Write a section out of HTML, nothing where it has no words."""
    lines = read_html(text)
    inner = INNER_SECTIONS.get(heading, set())
    for place, line in enumerate(lines):
        name = line.removeprefix(HEADING_SIGN)
        if line != name and name.lower() in SECTION_NAMES and name.lower() not in {heading.lower(), *inner}:
            lines[place] = f"{line} :"  # words of its own, not the section of this name
    return ["", f"## {heading}", "", *lines] if lines else []


def _join(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])
