"""Files of sheets come in; every problem in them, with its file and line, goes out in French, as a linter tells it."""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.catalogue import fold
from chatbot.quality import find_level_conflict
from chatbot.sheets import (
    CERTIFICATION_RANKS,
    METIER,
    Sheet,
    SheetError,
    find_files,
    parse_niveau,
    parse_sheet,
    printable,
    study_years,
)
from chatbot.sheets.files import MAX_FILE_BYTES
from chatbot.sheets.markdown import FILE_ID, HEADING, ID, INFORMATION, LABEL, LABELS, LINKED, LISTS, SECTIONS, SLUG_ID

INTERESTS = Path(__file__).parent / "data" / "interests.jsonl"
LIST_LABELS = {"appellations", "codes rome", "statuts possibles"}
PARENTS = {"Vie professionnelle", *INFORMATION}  # sections whose content may stand under other headings
UNREGISTERED = "non inscrit au RNCP"
TO_COMPLETE = "À COMPLÉTER"
TAG = re.compile(r"</?(?!br\b)[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
MOJIBAKE = re.compile(r"Ã[©¨ª§ \u00a0®´¢]|â€|\ufffd")
ROME = re.compile(r"[A-Z]\d{4}")
WEB = re.compile(r"https?://\S+|\[[^\]]*\]\(https?://[^)\s]+\)")
LONGEST = 400  # characters of a remark
CLOSE = 0.82  # how alike two names are when one is a slip for the other


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """What is wrong at a line of a file."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        text = self.text if len(self.text) <= LONGEST else f"{self.text[: LONGEST - 1]}…"
        return printable(f"{self.path}:{self.line}: {text}").replace("\n", r"\n")  # one line, whatever a name holds


def check_paths(paths: Iterable[Path], known: Collection[str] | None = None) -> tuple[int, list[Remark]]:
    """Check every sheet under these paths; give how many files there are, and what is wrong, in order.

    `known` are the IDs of other sheets; without them, links out of these files are not followed.
    """
    interests = _read_interests()
    remarks: list[Remark] = []
    sheets: dict[Path, Sheet] = {}
    files = list(find_files(paths))
    for path in files:
        text = _read_text(path)
        if isinstance(text, Remark):
            remarks.append(text)
            continue
        remarks += _FileCheck(path, text, interests).run()
        try:
            sheets[path] = parse_sheet(text, path.name)
        except SheetError:
            continue  # told by line already
        remarks += _check_facts(path, text, sheets[path])
    remarks += _check_ids(sheets, known)
    return len(files), sorted(set(remarks))


def _check_facts(path: Path, text: str, sheet: Sheet) -> Iterator[Remark]:
    if sheet.niveau and (conflict := find_level_conflict(sheet)):
        line = _find_line(text, "niveau d'accès minimum")
        yield Remark(path, line, f"le texte de l'accès dit « {conflict.told} », le niveau « {sheet.niveau.text} »")
    if sheet.kind == METIER and sheet.salaire and any(not amount.unit for amount in sheet.salaire.amounts):
        line = _find_line(text, "salaire")
        yield Remark(path, line, "le salaire ne dit pas s'il est par mois, par an ou par heure")


def _check_ids(sheets: dict[Path, Sheet], known: Collection[str] | None) -> Iterator[Remark]:
    first: dict[str, Path] = {}
    for path, sheet in sheets.items():
        if sheet.detailed and (other := first.setdefault(sheet.sheet_id, path)) != path:
            yield Remark(path, 1, f"{sheet.sheet_id} est déjà l'identifiant de {other} : une fiche par identifiant")
    if known is None:
        return
    all_ids = {sheet.sheet_id for sheet in sheets.values()} | set(known)
    for path, sheet in sheets.items():
        for link in sheet.formations:
            if link.sheet_id not in all_ids:
                line = _find_line(path.read_text(encoding="utf-8-sig"), link.sheet_id)
                yield Remark(path, line, f"aucune fiche ne porte l'identifiant {link.sheet_id}")


def _read_text(path: Path) -> str | Remark:
    try:
        if not path.is_file():
            return Remark(path, 1, "ce n'est pas un fichier que l'on peut lire")
        if path.stat().st_size > MAX_FILE_BYTES:
            return Remark(path, 1, f"fichier trop gros : {MAX_FILE_BYTES // 1_000_000} Mo au plus pour une fiche")
        data = path.read_bytes()
    except OSError as error:
        return Remark(path, 1, f"le fichier ne peut pas être lu ({error.strerror})")
    if not data.strip():
        return Remark(path, 1, "fichier vide")
    if b"\0" in data:
        return Remark(path, data[: data.index(b"\0")].count(b"\n") + 1, "ce n'est pas un fichier de texte")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Remark(path, line, "caractère illisible : enregistrez le fichier en UTF-8")


def _read_interests() -> dict[str, str]:
    rows = (json.loads(line) for line in INTERESTS.read_text(encoding="utf-8").splitlines())
    return {fold(row["interest"]): row["interest"] for row in rows}


def _find_line(text: str, words: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if words.lower() in line.lower()), 1)


def _nearest(name: str, names: Iterable[str]) -> str:
    """Give the name that another is a slip for; nothing when it is none."""
    folded = {fold(each): each for each in names}
    found = difflib.get_close_matches(fold(name), folded, n=1, cutoff=CLOSE)
    return folded[found[0]] if found else ""


class _FileCheck:
    """The lines of one file, read in order."""

    def __init__(self, path: Path, text: str, interests: dict[str, str]) -> None:
        self.path, self.text, self.interests = path, text, interests
        self.remarks: list[Remark] = []
        self.title = self.section = self.sheet_id = ""
        self.items = ""  # the list that is open: a section or a label
        self.labels: dict[str, int] = {}
        self.empty: tuple[int, str] | None = None  # the section that has no content yet

    def say(self, line: int, text: str) -> None:
        self.remarks.append(Remark(self.path, line, text))

    def run(self) -> list[Remark]:
        """Check every line, then what the whole file lacks."""
        number = 0
        for number, raw in enumerate(self.text.splitlines(), 1):
            line = raw.strip()
            if not line:
                continue
            self._check_words(number, line)
            heading, label = HEADING.match(line), LABEL.match(line)
            if heading:
                self._check_heading(number, heading.group(1), re.sub(r"^[^\w(«\"']+", "", heading.group(2)).strip())
                continue
            self.empty = None
            if not self.title:
                self.say(number, "texte avant le titre : la première ligne est « # » et le nom de la fiche")
                self.title = "?"
            if label:
                self._check_label(number, label.group(1).strip("🔗 "), label.group(2).strip())
            elif line.startswith("- "):
                self._check_item(number, line[2:].strip())
            elif self.items and self.items in LISTS and self.items != "Autres appellations":
                self.say(number, f"« {self.items} » est une liste : commencez la ligne par « - »")
            else:
                self.items = "" if self.items in LIST_LABELS else self.items
        self._tell_empty(number, "")
        self._check_whole()
        return self.remarks

    def _check_words(self, number: int, line: str) -> None:
        if TO_COMPLETE in line:
            self.say(number, f"« {TO_COMPLETE} » : le modèle n'est pas rempli ici")
        if tag := TAG.search(line):
            self.say(number, f"balise « {tag.group()} » : écrivez en Markdown, sans HTML")
        if broken := MOJIBAKE.search(line):
            self.say(number, f"caractères abîmés (« {broken.group()} ») : enregistrez le fichier en UTF-8")

    def _check_heading(self, number: int, sign: str, name: str) -> None:
        self._tell_empty(number, sign)
        if sign == "#":
            if self.title:
                self.say(number, f"deuxième titre « {name} » : un fichier est une seule fiche")
            elif not name:
                self.say(number, "titre vide : écrivez le nom après « # »")
            self.title = self.title or name or "?"
            return
        if sign == "##":
            known = SECTIONS.get(name.lower(), "")
            close = "" if known else _nearest(name, SECTIONS.values())
            if close:
                self.say(number, f"section « {name} » inconnue : vouliez-vous écrire « {close} » ?")
            self.empty = (number, known or name)
        elif self.section in LISTS and self.section != "Autres appellations":
            self.say(number, f"sous-titre dans la liste « {self.section} »")
        if sign == "##" or name.lower() in SECTIONS:
            self.section = SECTIONS.get(name.lower(), name)
            self.items = self.section if self.section in LISTS else ""

    def _tell_empty(self, number: int, sign: str) -> None:
        if self.empty and len(sign) <= 2 and self.empty[1] not in PARENTS:
            self.say(self.empty[0], f"section « {self.empty[1]} » vide : complétez-la ou supprimez-la")
        self.empty = None

    def _check_label(self, number: int, name: str, value: str) -> None:
        key = name.lower().replace("’", "'")
        if key not in LABELS:
            if close := _nearest(key, LABELS):
                self.say(number, f"ligne « {name} » inconnue : vouliez-vous écrire « {close.capitalize()} » ?")
            return
        if key in self.labels:
            self.say(number, f"« {name} » est déjà à la ligne {self.labels[key]} : seule la première compte")
        self.labels[key] = number
        self.items = "" if value else key
        if not value and key not in LIST_LABELS:
            self.say(number, f"« {name} » est vide : complétez la ligne ou supprimez-la")
        elif value and (fault := self._find_fault(key, value)):
            self.say(number, fault)

    def _find_fault(self, key: str, value: str) -> str:
        """Say what is wrong with the value of a fact."""
        if key == "id":
            self.sheet_id = value
            if not ID.fullmatch(value):
                return f"identifiant « {value} » : des majuscules, un point et un nombre, comme LYC.12"
            in_name = FILE_ID.match(self.path.name)
            if in_name and in_name.group(1) != value:
                return f"l'identifiant {value} n'est pas celui du nom du fichier ({in_name.group(1)})"
        elif key in ("niveau d'accès minimum", "niveau de sortie indicatif"):
            niveau = parse_niveau(value)
            if niveau and niveau.rank is None and value.lower() != "autre formation":
                return f"niveau « {value} » inconnu : par exemple « CAP ou équivalent », « bac » ou « bac + 3 »"
        elif key == "durée" and not study_years(value):
            return f"durée « {value} » incomprise : écrivez par exemple « 2 ans » ou « 6 mois »"
        elif key in ("niveau de certification", "niveau") and value not in {*CERTIFICATION_RANKS, UNREGISTERED}:
            return f"niveau de certification « {value} » : « niveau 3 » à « niveau 8 », ou « {UNREGISTERED} »"
        elif key == "code rncp" and not value.isdecimal():
            return f"code RNCP « {value} » : un nombre"
        elif key == "lien" and not WEB.fullmatch(value):
            return f"lien « {value} » : une adresse qui commence par https://"
        return ""

    def _check_item(self, number: int, item: str) -> None:
        if not item:
            self.say(number, "ligne de liste vide")
        elif self.items == "Formations recommandées" and not LINKED.match(item):
            self.say(number, f"« {item} » n'a pas d'identifiant : ajoutez-le à la fin, comme « (ID: FOR.5159) »")
        elif self.items == "codes rome" and not ROME.fullmatch(item):
            self.say(number, f"code ROME « {item} » : une lettre et quatre chiffres, comme E1101")
        elif self.items == "Centres d'intérêt" and fold(item) not in self.interests:
            close = _nearest(item, self.interests.values())
            remedy = f"vouliez-vous écrire « {close} » ?" if close else "la liste est dans docs/fiches.md"
            self.say(number, f"centre d'intérêt « {item} » inconnu : {remedy}")

    def _check_whole(self) -> None:
        if not self.title:
            self.say(1, "pas de titre : la première ligne est « # » et le nom de la fiche")
        if not self.sheet_id and not FILE_ID.match(self.path.name) and not SLUG_ID.search(self.text):
            self.say(1, "pas d'identifiant : ajoutez une ligne « **ID:** LYC.12 »")
