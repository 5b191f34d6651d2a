"""One Markdown file, of any of the four kinds of the corpus, to one (partial) sheet."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import zip_longest

from chatbot.sheets.facts import parse_niveau, parse_salaire
from chatbot.sheets.model import FORMATION, METIER, Link, Name, Rome, Section, Sheet

ID = re.compile(r"[A-Z]{2,12}\.\d+")
FILE_ID = re.compile(r"([A-Z]{2,12}\.\d+)(?!\d)")
SLUG_ID = re.compile(r"/slug/([A-Z]{2,12}\.\d+)")
HEADING = re.compile(r"(#{2,6}|#(?=\s))\s*(.*)")
LABEL = re.compile(r"\s*\*\*([^*]{1,80}?)\s*(?::\s*\*\*|\*\*\s*:)\s*(.*)")
GENDERED = re.compile(r"- (Féminin|Masculin)\s?:\s*(.*)")
LINKED = re.compile(r"(.*?)\s*\(ID\s*:\s*([A-Z]{2,12}\.\d+)\)\s*$")
URL = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
MOST_OF_A_FACT = 600  # characters of a title, label or list item; the longest of Onisep's has 230
INFORMATION = ("Informations générales", "Certification", "Publication", "Classification ROME")
LISTS = ("Formations recommandées", "Centres d'intérêt", "Autres appellations", "Métiers associés", "Domaines")
PROSE = (
    "Présentation", "En bref", "Durée des études", "Nature du travail", "Compétences requises", "Conditions de travail",
    "Vie professionnelle", "Salaire", "Intégrer le marché du travail", "Accès au métier", "Description", "Accès",
    "Attendus", "Poursuite d'études",
)  # fmt: skip
SECTIONS = {name.lower(): name for name in (*PROSE, *LISTS, *INFORMATION)}
LABELS = {
    "id", "appellations", "codes rome", "niveau d'accès minimum", "statuts possibles", "code scolarité", "sigle",
    "durée", "niveau de certification", "type", "lien", "type de formation", "niveau de sortie indicatif", "code rncp",
    "niveau", "code nsf", "tutelle", "fiche formation onisep", "fiche métier onisep", "titre", "collection", "année",
    "code", "groupe formation emploi (gfe)", "code rome", "intitulé", "lien france travail",
}  # fmt: skip
# What tells a formation from a métier where the ID is neither MET nor FOR.
FORMATION_LABELS = {"durée", "sigle", "niveau de certification", "niveau de sortie indicatif", "code rncp"}
METIER_LABELS = {"niveau d'accès minimum", "statuts possibles", "codes rome"}
FORMATION_SECTIONS = {"Description", "Attendus", "Poursuite d'études", "Métiers associés"}
# Where a short line that names a level of study, standing alone, works as a heading: "Niveau bac + 2", "Après la 3e".
STUDY_SECTIONS = {"En bref", "Durée des études", "Accès au métier", "Accès"}
STUDY_START = re.compile(r"(?:Après (?:la 3|la troisième|le bac)|Avec ou sans le bac)", re.IGNORECASE)
STUDY_LINE = re.compile(
    r"(?:après (?:la 3 ?e|la troisième|la seconde|la terminale|le cap|le bac\w*(?: pro\w*)?)"
    r"|(?:avec ou )?sans (?:le )?bac|niveau (?:bac|cap|bep|3e|brevet)[^.;:]{0,25}"
    r"|bac ?[+°] ?\d+(?: ?(?:/|ou|à) ?\d+)?(?: et plus)?) ?:?",
    re.IGNORECASE,
)
# Bullets that lost their line breaks: "… un référentielSavoir lire un plan".
SEAM = re.compile(r"(?:\b[a-zà-öø-ÿœ]{3,}|\))(?=[A-ZÀ-ÖØ-Þ]'?[a-zà-öø-ÿœ]+ [a-zà-öø-ÿœ])")
BULLET = re.compile(r"^(?:[*+·–] |-(?=[^\W\d]|[“«]))")
EMPHASIS = re.compile(r"(?<![\w*])(\*{1,2})(?=\S)([^*]{1,300})(?<=\S)\1(?![\w*])")  # not the one of "MPSI*"
SPACES = re.compile(r"[^\S\n]+")
CONTROLS = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u0080-\u0084\u0086-\u009f\x00-\x08\x0e-\x1f\x7f]"
)


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
    """Mend one line: odd and double spaces, stray emphasis, bullet signs; `<br/>` becomes a line break."""
    line = SPACES.sub(" ", line).replace("’", "'").strip()
    if "<" in line:
        line = re.sub(r" ?<br ?/?> ?", "\n", re.sub(r"</?(?:p|ul|li|strong|em|b|i)>", "", line)).strip(" ")
    if "•" in line:
        line = re.sub(r" ?• ?(?=\S)", "\n- ", line).strip("\n")
    line = BULLET.sub("- ", line)
    return EMPHASIS.sub(r"\2", line) if "*" in line else line


def split_lines(text: str) -> list[str]:
    """Give the lines of a passage: sentences and bullets that the source glued together come apart, words unchanged."""
    lines = []
    for line in text.split("\n"):
        line = re.sub(r"(?<=[a-zà-öø-ÿ»)][.!?;])(?=[A-ZÀ-ÖØ-Þ]['a-zà-öø-ÿ])", " ", line).strip()
        parts = SEAM.sub(lambda seam: seam.group() + "\n", line).split("\n")
        lines += [line] if len(parts) < 3 else [f"- {part.removeprefix('- ')}" for part in parts]
    return lines


def parse_sheet(text: str, file_name: str) -> Sheet:
    """Parse the text of one file; raise SheetError when it has no title or no ID."""
    text = CONTROLS.sub("", unicodedata.normalize("NFC", text))
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
        heading, label = HEADING.match(line), LABEL.match(raw)
        if heading:
            name = re.sub(r"^[^\w(«\"']+| #+$", "", heading.group(2)).strip()[:MOST_OF_A_FACT]
            current_list, bullet_open = None, False
            if heading.group(1) == "#" and not draft.title:
                draft.title = name
            elif _is_section(name, section, raw):
                section = SECTIONS.get(name.lower(), name)
                draft.passages.append((section, "", []))
                if section in LISTS:
                    current_list = draft.lists.setdefault(section, [])
            elif section == "Autres appellations":
                draft.names.append([name, "", ""])
            else:
                section = "Durée des études" if section == "En bref" and STUDY_START.match(name) else section
                draft.passages.append((section, name, []))
        elif label and _is_fact(name := clean_line(label.group(1)).strip("🔗 ").lower(), section, draft.labels):
            value = clean_line(label.group(2))[:MOST_OF_A_FACT]
            draft.labels[name] = value
            current_list = None if value else draft.lists.setdefault(name, [])
            if name == "appellations":
                draft.names.insert(0, ["", "", ""])
        elif (gendered := GENDERED.match(line)) and draft.names:
            entry = draft.names[-1] if section == "Autres appellations" else draft.names[0]
            entry[1 if gendered.group(1) == "Féminin" else 2] = gendered.group(2)[:MOST_OF_A_FACT]
        elif current_list is not None and line.startswith("- "):
            current_list.append(line[2:].strip()[:MOST_OF_A_FACT])
        elif section in STUDY_SECTIONS and STUDY_LINE.fullmatch(line):
            section = "Durée des études" if section == "En bref" else section
            last = draft.passages[-1]
            if last[2] or last[1].lower() != line.lower():  # "## Après la 3e", then the same words once more
                draft.passages.append((section, line.rstrip(" :"), []))
        elif line and line not in ("---", "-", "•"):
            if not draft.passages:
                draft.passages.append((section, "", []))
            draft.passages[-1][2].extend(split_lines(f"- {line}" if bullet_open else line))
            bullet_open = False
            current_list = current_list if section in LISTS else None
        else:
            bullet_open = line in ("-", "•") or (bullet_open and not line)
    return draft


def _is_section(name: str, section: str, raw: str) -> bool:
    """A heading opens a section by its name; an own sheet's unindented '## …' does too, outside 'Durée des études'."""
    if name.lower() == section.lower():
        return False
    own = raw.startswith("## ") and not STUDY_START.match(name) and not name.lower().startswith("niveau")
    return name.lower() in SECTIONS or own


def _is_fact(name: str, section: str, known: Container[str]) -> bool:
    """A bold label is a fact by its name or where facts stand, once; inside prose, '**À noter :** …' is prose."""
    return name not in known and (name in LABELS or not section or section in INFORMATION)


def _is_formation(sheet_id: str, draft: _Draft) -> bool:
    """Tell by the ID; by what the sheet says where that is a prefix of its own, LYC.12."""
    prefix = sheet_id.partition(".")[0]
    if prefix == "FOR" or "type" in draft.labels or "type de formation" in draft.labels:
        return True
    facts = draft.labels.keys() | draft.lists.keys()
    if prefix == "MET" or facts & METIER_LABELS or "Formations recommandées" in facts:
        return False
    return bool(facts & FORMATION_LABELS or FORMATION_SECTIONS & {heading for heading, *_ in draft.passages})


def _build_sheet(draft: _Draft, sheet_id: str, detailed: bool, file_name: str) -> Sheet:
    labels, lists = dict(draft.labels), draft.lists
    kind = FORMATION if _is_formation(sheet_id, draft) else METIER
    passages = [*draft.passages, ("Formations recommandées", "", [])]
    formations = []
    for item in lists.get("Formations recommandées", []):
        if found := LINKED.match(item):
            formations.append(Link(found.group(2), found.group(1)))
        else:
            passages[-1][2].append(f"- {item}")
    sections = tuple(
        Section(heading, "" if subheading.lower() == heading.lower() else subheading, "\n".join(lines))
        for heading, subheading, lines in passages
        if lines or subheading
    )
    salaire = "\n".join(section.text for section in sections if section.heading == "Salaire" and section.text)
    romes = dict.fromkeys(lists.get("codes rome", []), "")
    if labels.get("code rome"):
        codes, intitules = (labels.pop(key, "").split(" | ") for key in ("code rome", "intitulé"))
        romes |= zip_longest(codes, intitules, fillvalue="")
        labels.pop("lien france travail", None)  # derived from the code
    names = [Name(label or draft.title, feminine, masculine) for label, feminine, masculine in draft.names]
    names += [Name(item) for key in ("appellations", "Autres appellations") for item in lists.get(key, ())]
    if not names or names[0].label != draft.title:
        names.insert(0, Name(draft.title))
    publication = ", ".join(value for key in ("titre", "collection", "année", "code") if (value := labels.pop(key, "")))
    url = URL.search(labels.get("lien", ""))
    return Sheet(
        sheet_id=sheet_id,
        kind=kind,
        title=draft.title,
        names=tuple(names),
        sections=sections,
        niveau=parse_niveau(labels.get("niveau d'accès minimum") or labels.get("niveau de sortie indicatif", "")),
        salaire=parse_salaire(salaire),
        formations=tuple(formations),
        statuts=tuple(lists.get("statuts possibles", ())),
        interets=tuple(lists.get("Centres d'intérêt", ())),
        romes=tuple(Rome(code, label) for code, label in romes.items()),
        sigle=labels.get("sigle", ""),
        duree=labels.get("durée", ""),
        type=labels.get("type") or labels.get("type de formation", ""),
        certification=labels.get("niveau de certification") or labels.get("niveau", ""),
        metiers=tuple(lists.get("Métiers associés", ())),
        lien=url.group(2) if url else labels.get("lien", ""),
        code_rncp=labels.get("code rncp", ""),
        code_scolarite=labels.get("code scolarité", ""),
        code_nsf=labels.get("code nsf", ""),
        tutelle=labels.get("tutelle", ""),
        domaines=tuple(lists.get("Domaines", ())),
        gfe=labels.get("groupe formation emploi (gfe)", ""),
        publications=(publication,) if publication else (),
        other_facts=tuple(
            [(name, value) for name, value in labels.items() if name not in LABELS and value]
            + [(name, "; ".join(items)) for name, items in lists.items() if items and name not in {*LABELS, *LISTS}]
        ),
        detailed=detailed,
        files=(file_name,),
    )
