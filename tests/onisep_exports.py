"""Sheets come in; exports of the shape that Onisep publishes, XML in a zip or JSON, go out: for tests."""

import json
import zipfile
from collections.abc import Iterable
from html import escape
from pathlib import Path

from chatbot.sheets import Name, Section, Sheet

PRESENTATION = "accroche_metier"
METIER_TEXTS = {
    "Présentation": PRESENTATION,
    "Nature du travail": "nature_travail",
    "Compétences requises": "competences",
    "Conditions de travail": "condition_travail",
    "Accès au métier": "acces_metier",
}
FORMATION_TEXTS = {
    "Description": "descriptif_format_court",
    "Accès": "descriptif_acces",
    "Attendus": "attendus",
    "Poursuite d'études": "descriptif_poursuite_etudes",
}


def tag(name: str, *content: str) -> str:
    return f"<{name}>{''.join(content)}</{name}>"


def text_tag(name: str, text: str) -> str:
    return tag(name, escape(text, quote=False))


def cdata(name: str, html: str) -> str:
    return tag(name, f"<![CDATA[\n        {html}]]>") if html else f"<{name}/>"


def as_html(sections: Iterable[Section], level: str = "h5") -> str:
    """Write passages as Onisep does: headings, paragraphs, lists."""
    parts: list[str] = []
    for section in sections:
        if section.subheading or parts:  # a later passage without a sub-heading stands under the section's name again
            parts.append(f"<{level}>{escape(section.subheading or section.heading)}</{level}>")
        items: list[str] = []
        for line in [*section.text.split("\n"), ""]:
            if line.startswith("- "):
                items.append(f"<li>{escape(line[2:])}</li>")
                continue
            if items:
                parts.append(f"<ul>\n{''.join(items)}\n</ul>")
                items = []
            if line:
                parts.append(f"<p>{escape(line)}</p>")
    return "\n        ".join(parts)


def section_html(sheet: Sheet, heading: str) -> str:
    return as_html(sheet.sections_under(heading))


def name_tags(name: Name) -> str:
    forms = {"libelle_feminin": name.feminine, "libelle_masculin": name.masculine}
    return text_tag("nom_metier", name.label) + "".join(text_tag(key, form) for key, form in forms.items() if form)


def labelled(name: str, items: Iterable[tuple[str, str]]) -> str:
    return "".join(tag(name, text_tag("id", key), text_tag("libelle", label)) for key, label in items)


def metier_xml(sheet: Sheet) -> str:
    short = as_html(sheet.sections_under("En bref"))
    if durations := sheet.sections_under("Durée des études"):
        short += "<h5>Durée des études</h5>" + as_html(durations, "h4")
    life = section_html(sheet, "Vie professionnelle")
    for heading in ("Salaire", "Intégrer le marché du travail"):
        if sheet.sections_under(heading):
            life += f"<h3>{heading}</h3>" + section_html(sheet, heading)
    niveau = [text_tag("id", "REF.410"), text_tag("libelle", sheet.niveau.text)] if sheet.niveau else []
    links = [(link.sheet_id, link.title) for link in sheet.formations]
    return tag(
        "metier",
        text_tag("identifiant", sheet.sheet_id),
        name_tags(sheet.names[0]),
        tag("synonymes", *(tag("synonyme", name_tags(name)) for name in sheet.names[1:])),
        tag("romesV3", *(text_tag("romeV3", rome.code) for rome in sheet.romes)),
        tag(
            "formats_courts",
            tag("format_court", text_tag("type", "Fiche metier (Documentation)"), cdata("descriptif", "<p>Non.</p>")),
            tag("format_court", text_tag("type", "Dico des métiers"), cdata("descriptif", short)),
        ),
        *(cdata(key, section_html(sheet, heading)) for heading, key in METIER_TEXTS.items()),
        cdata("vie_professionnelle", life),
        tag("niveau_acces_min", *niveau),
        tag("formations_min_requise", labelled("formation_min_requise", links)),
        tag("statuts", labelled("statut", (("T-ITM.9", statut) for statut in sheet.statuts))),
        tag("centres_interet", labelled("centre_interet", (("T-IDEO2.1", interet) for interet in sheet.interets))),
        "<secteurs_activite/>",
        tag("sources_numeriques", tag("source", text_tag("valeur", "https://exemple.fr/?a=1&b=2"))),
    )


def formation_xml(sheet: Sheet) -> str:
    name, _, sigle = sheet.type.partition(" (")
    kind = text_tag("type_formation_libelle", name) + (text_tag("type_formation_sigle", sigle[:-1]) if sigle else "")
    return tag(
        "formation",
        text_tag("identifiant", sheet.sheet_id),
        text_tag("code_scolarite", sheet.code_scolarite),
        text_tag("sigle", sheet.sigle),
        text_tag("duree", sheet.duree),
        text_tag("niveau_certification", sheet.certification),
        tag("type_Formation", kind),
        text_tag("libelle_complet", sheet.title),
        text_tag("url", sheet.lien),
        *(cdata(key, section_html(sheet, heading)) for heading, key in FORMATION_TEXTS.items()),
        tag("metiers_formation", *(tag("metier", text_tag("nom_metier", title)) for title in sheet.metiers)),
    )


def ideo_formation_row(sheet: Sheet) -> dict[str, str]:
    kind, _, sigle = sheet.type.partition(" (")
    return {
        "libelle_formation_principal": sheet.title,
        "libelle_type_formation": kind,
        "sigle_type_formation": sigle[:-1],
        "sigle_formation": sheet.sigle,
        "duree": sheet.duree,
        "niveau_de_sortie_indicatif": sheet.niveau.text if sheet.niveau else "non renseigné",
        "code_rncp": sheet.code_rncp,
        "libelle_niveau_de_certification": sheet.certification,
        "code_scolarite": sheet.code_scolarite,
        "code_nsf": sheet.code_nsf,
        "tutelle": sheet.tutelle,
        "url_et_id_onisep": f"http://www.onisep.fr/http/redirection/formation/slug/{sheet.sheet_id}",
        "domainesous-domaine": " | ".join(sheet.domaines),
    }


def ideo_metier_row(sheet: Sheet) -> dict[str, object]:
    """Write a row; a publication is one string in a sheet, so it stands in one field."""
    return {
        "libelle_metier": sheet.title,
        "lien_site_onisepfr": f"https://www.onisep.fr/http/redirection/metier/slug/{sheet.sheet_id}",
        "nom_publication": sheet.publications[0] if sheet.publications else None,
        "collection": "",
        "annee": None,
        "gfe": sheet.gfe,
        "code_rome": " | ".join(rome.code for rome in sheet.romes),
        "libelle_rome": " | ".join(rome.label for rome in sheet.romes),
        "lien_rome": "",
        "domainesous-domaine": "| ".join(sheet.domaines),
    }


def write_xml(path: Path, root: str, records: Iterable[str]) -> Path:
    """Write records into an XML file in a zip; the file in it is named after the zip."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>' + "\n".join(records) + f"</{root}>"
    return write_zip(path, document)


def write_zip(path: Path, document: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{path.stem}.xml", document)
    return path


def write_json(path: Path, rows: Iterable[object]) -> Path:
    path.write_text(json.dumps(list(rows), ensure_ascii=False), encoding="utf-8")
    return path
