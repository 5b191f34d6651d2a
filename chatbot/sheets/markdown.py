"""One Markdown file, of any of the four kinds of the corpus, to one (partial) sheet."""

import re
from dataclasses import dataclass, field

from chatbot.sheets.facts import parse_niveau, parse_salaire
from chatbot.sheets.model import FORMATION, METIER, Link, Name, Rome, Section, Sheet

ID = re.compile(r"[A-Z]{2,12}\.\d+")
FILE_ID = re.compile(r"([A-Z]{2,12}\.\d+)[_.]")
SLUG_ID = re.compile(r"/slug/([A-Z]{2,12}\.\d+)")
HEADING = re.compile(r"\s*(#{1,6})\s+(.*)")
LABEL = re.compile(r"\*\*([^*]+?)\s*:\s*\*\*\s*(.*)")
LINKED = re.compile(r"(.*?)\s*\(ID:\s*([A-Z]{2,12}\.\d+)\)\s*$")
URL = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
DOCUMENT_SECTIONS = {
    "présentation", "en bref", "durée des études", "nature du travail", "compétences requises", "conditions de travail",
    "vie professionnelle", "salaire", "intégrer le marché du travail", "accès au métier", "formations recommandées",
    "centres d'intérêt", "autres appellations", "informations générales", "description", "accès", "attendus",
    "poursuite d'études", "métiers associés", "publication", "classification rome", "domaines", "certification",
}  # fmt: skip
LISTS = {"formations recommandées", "centres d'intérêt", "autres appellations", "métiers associés", "domaines"}
STUDY_START = re.compile(r"\s*(?:Après (?:la 3|le bac)|Avec ou sans le bac|Après la 3)", re.IGNORECASE)


class SheetError(ValueError):
    """A file that cannot be a sheet; the message says why."""


@dataclass
class _Draft:
    """What has been read so far of one file."""

    title: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    names: list[list[str]] = field(default_factory=list)
    passages: list[tuple[str, str, list[str]]] = field(default_factory=list)


def clean_line(line: str) -> str:
    """Mend one line: no-break and double spaces, soft hyphens, stray emphasis; `<br/>` becomes a line break."""
    line = re.sub(r"\s*<br\s*/?>\s*", "\n", line.replace("\u00ad", "").replace("\u200b", ""))
    line = re.sub(r"[ \t\u00a0\u202f\u2009]+", " ", line).replace("’", "'").strip()
    return re.sub(r"(?<![\w*])\*{1,2}(?=\S)|(?<=\S)\*{1,2}(?![\w*])", "", line)


def parse_sheet(text: str, file_name: str) -> Sheet:
    """Parse the text of one file; raise SheetError when it has no title or no ID."""
    draft = _read_lines(text)
    if not draft.title:
        raise SheetError("no title: a sheet starts with a line '# …'")
    sheet_id = draft.labels.pop("id", "")
    if not ID.fullmatch(sheet_id):
        found = FILE_ID.match(file_name) or SLUG_ID.search(text)
        if found is None:
            raise SheetError("no ID: neither '**ID:** MET.1', nor a file name FOR.1_….md, nor a …/slug/FOR.1 link")
        sheet_id = found.group(1)
    return _build_sheet(draft, sheet_id, "**🔗 Fiche" not in text, file_name)


def _read_lines(text: str) -> _Draft:
    draft = _Draft()
    section, current_list, bullet_open = "", None, False
    for raw in text.splitlines():
        line = clean_line(raw)
        heading = HEADING.match(line)
        label = LABEL.match(raw.strip()) if raw[:2] == "**" else None
        if heading:
            name = re.sub(r"^[^\w(«\"']+", "", heading.group(2)).strip()
            current_list, bullet_open = None, False
            if heading.group(1) == "#" and not draft.title:
                draft.title = name
            elif _is_section(name, section, raw):
                section = name
                draft.passages.append((section, "", []))
                if name.lower() in LISTS:
                    current_list = draft.lists.setdefault(name.lower(), [])
            elif section == "Autres appellations":
                draft.names.append([name, "", ""])
            elif section == "En bref" and STUDY_START.match(name):
                section = "Durée des études"
                draft.passages.append((section, name, []))
            else:
                draft.passages.append((section, name, []))
        elif label:
            name, value = clean_line(label.group(1)).strip("🔗 "), clean_line(label.group(2))
            draft.labels[name.lower()] = value
            current_list = None if value else draft.lists.setdefault(name.lower(), [])
            if name == "Appellations":
                draft.names.insert(0, ["", "", ""])
        elif line.startswith(("- Féminin:", "- Masculin:")) and draft.names:
            entry = draft.names[-1] if section == "Autres appellations" else draft.names[0]
            entry[1 if "Féminin" in line else 2] = line.partition(":")[2].strip()
        elif current_list is not None and line.startswith("- "):
            current_list.append(line[2:].strip())
        elif line and line not in ("---", "-", "•"):
            if not draft.passages:
                draft.passages.append((section, "", []))
            lines = draft.passages[-1][2]
            for part in line.split("\n"):
                lines.append(f"- {part}" if bullet_open else re.sub(r"^[•·*]\s+", "- ", part))
                bullet_open = False
        else:
            bullet_open = line in ("-", "•") or (bullet_open and not line)
    return draft


def _is_section(name: str, section: str, raw: str) -> bool:
    """A heading opens a section by its name; an own sheet's unindented '## …' does too, outside 'Durée des études'."""
    if name.lower() == section.lower():
        return False
    own = raw.startswith("## ") and not STUDY_START.match(name) and not name.lower().startswith("niveau")
    return name.lower() in DOCUMENT_SECTIONS or own


def _split_glued(text: str) -> str:
    """Give bullets back to sentences glued without a space, as in the attendus of FOR.11089 ("matériauxDisposer")."""
    glued = r"(?<=[a-zéèêàçû)])(?=(?:S'|Dispos|Être|Avoir|Compét|Capac|Intér|Maîtris|Mobilis|Montr)[a-zéèê ']*)"
    return "\n".join(f"- {part}" for part in re.split(glued, text)) if len(re.findall(glued, text)) > 1 else text


def _build_sheet(draft: _Draft, sheet_id: str, detailed: bool, file_name: str) -> Sheet:
    labels, lists = dict(draft.labels), draft.lists
    kind = FORMATION if sheet_id.startswith("FOR.") or "type" in labels or "type de formation" in labels else METIER
    sections = []
    for heading, subheading, lines in draft.passages:
        text = "\n".join(lines)
        if heading == "Attendus":
            text = "\n".join(_split_glued(line) for line in lines)
        if text or subheading:
            sections.append(Section(heading, "" if subheading.lower() == heading.lower() else subheading, text))
    salaire = "\n".join(section.text for section in sections if section.heading == "Salaire" and section.text)
    romes = [Rome(code) for code in lists.get("codes rome", [])]
    if labels.get("code rome"):
        romes.append(Rome(labels.pop("code rome"), labels.pop("intitulé", "")))
        labels.pop("lien france travail", None)  # derived from the code
    names = [Name(label or draft.title, feminine, masculine) for label, feminine, masculine in draft.names]
    if not names or names[0].label != draft.title:
        names.insert(0, Name(draft.title))
    publication = ", ".join(value for key in ("titre", "collection", "année", "code") if (value := labels.pop(key, "")))
    url = URL.search(labels.get("lien", ""))
    known = {
        "niveau d'accès minimum", "niveau de sortie indicatif", "niveau de certification", "niveau", "type", "sigle",
        "type de formation", "durée", "lien", "code rncp", "code scolarité", "code nsf", "tutelle", "appellations",
        "groupe formation emploi (gfe)", "codes rome", "statuts possibles", "fiche métier onisep",
        "fiche formation onisep",
    }  # fmt: skip
    return Sheet(
        sheet_id=sheet_id,
        kind=kind,
        title=draft.title,
        names=tuple(names),
        sections=tuple(sections),
        niveau=parse_niveau(labels.get("niveau d'accès minimum") or labels.get("niveau de sortie indicatif", "")),
        salaire=parse_salaire(salaire),
        formations=tuple(
            Link(found.group(2), found.group(1).strip())
            for item in lists.get("formations recommandées", [])
            if (found := LINKED.match(item))
        ),
        statuts=tuple(lists.get("statuts possibles", ())),
        interets=tuple(lists.get("centres d'intérêt", ())),
        romes=tuple(romes),
        sigle=labels.get("sigle", ""),
        duree=labels.get("durée", ""),
        type=labels.get("type") or labels.get("type de formation", ""),
        certification=labels.get("niveau de certification") or labels.get("niveau", ""),
        metiers=tuple(lists.get("métiers associés", ())),
        lien=url.group(2) if url else labels.get("lien", ""),
        code_rncp=labels.get("code rncp", ""),
        code_scolarite=labels.get("code scolarité", ""),
        code_nsf=labels.get("code nsf", ""),
        tutelle=labels.get("tutelle", ""),
        domaines=tuple(lists.get("domaines", ())),
        gfe=labels.get("groupe formation emploi (gfe)", ""),
        publications=(publication,) if publication else (),
        other_facts=tuple(
            [(name, value) for name, value in labels.items() if name not in known and value]
            + [(item_list, "; ".join(items)) for item_list, items in lists.items() if item_list not in LISTS | known and items]
        ),
        detailed=detailed,
        files=(file_name,),
    )
