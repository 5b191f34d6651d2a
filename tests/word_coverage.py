"""Words of every Markdown file that its sheet does not hold: `python -m tests.word_coverage FOLDER…`."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

from chatbot.sheets import Sheet, find_files, merge_sheets, parse_file

# What is layout and not content: labels of facts and of gendered forms, links made from the ID or the ROME code, the
# second half of a link "[address](address)", "non renseigné", and the headings of lists and of empty sections.
STRUCTURE = re.compile(
    r"^\*\*[^*\n]+:\*\*|^- (?:Féminin|Masculin):|\(ID:|(?<=\])\([^)]*\)|(?<=:\*\* )non renseigné$"
    r"|\[https://(?:www\.onisep\.fr/http/redirection|candidat\.francetravail\.fr)[^\]]*\]"
    r"|^\s*#+\s+\W*(?:Vie professionnelle|Centres d'intérêt|Formations recommandées|Métiers associés|Salaire"
    r"|Description|Autres appellations|Informations générales|Certification|Publication|Classification ROME"
    r"|Domaines)\s*$",
    re.MULTILINE,
)
# "## Accès", "### Accès"; "## Après la 3e", "Après la 3e": a heading said twice is one heading.
TWICE = re.compile(r"^\s*#+[ \t]+(.+?)[^\S\n]*\n\s*(?:#+[ \t]+)?\1[^\S\n]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loss:
    """The words of one file, and those of them that its sheet lacks, with multiplicity."""

    path: Path
    words: int
    missing: Counter[str]


def tokens(text: str) -> list[str]:
    """Split into lower-case words and numbers; words that the source glued together ("lireÉcrire") come apart."""
    text = unicodedata.normalize("NFC", text.replace("\u00ad", "").replace("\x81", ""))
    text = re.sub(r"</?(?:br|p)\s*/?>|(?<=[a-zéèêàçîôûù])(?=[A-ZÉÈÊÀÇÎÔ])", " ", text)
    return re.findall(r"[^\W\d_]+|\d+", text.lower())


def strings(value: object) -> Iterator[str]:
    """Give every string inside a sheet, its files aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for item in fields(value):
            if item.name not in ("files", "kind"):
                yield from strings(getattr(value, item.name))


def sheet_words(sheet: Sheet) -> Counter[str]:
    """Count the words of a sheet's facts and sections."""
    return Counter(tokens("\n".join(strings(sheet))))


def find_losses(parsed: Mapping[Path, Sheet]) -> Iterator[Loss]:
    """Compare every file with what is parsed of it alone, and with the merged sheet of its ID."""
    merged: dict[str, Sheet] = {}
    for sheet in parsed.values():
        merged[sheet.sheet_id] = merge_sheets(merged[sheet.sheet_id], sheet) if sheet.sheet_id in merged else sheet
    merged_words = {sheet_id: sheet_words(sheet) for sheet_id, sheet in merged.items()}
    for path, sheet in parsed.items():
        text = TWICE.sub(r"\1", path.read_text(encoding="utf-8-sig"))
        words = Counter(tokens(STRUCTURE.sub(" ", text)))
        missing = words - merged_words[sheet.sheet_id]
        if merged[sheet.sheet_id] != sheet:
            missing |= words - sheet_words(sheet)
        yield Loss(path, words.total(), missing)


def main() -> None:
    """Print what is lost, file by file, and the totals."""
    total = lost = worse = files = 0
    for loss in find_losses({path: parse_file(path) for path in find_files(map(Path, sys.argv[1:]))}):
        files, total, lost = files + 1, total + loss.words, lost + loss.missing.total()
        if loss.missing.total() > 0.001 * loss.words:
            worse += 1
            print(f"{loss.path.name}: {loss.missing.total()} of {loss.words}: {dict(loss.missing)}")
    print(f"{files} files, {total} words, {lost} lost; {worse} files under 99.9 %")


if __name__ == "__main__":
    main()
