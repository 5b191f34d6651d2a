"""Markdown sheets of métiers and formations in; one `Sheet` per ID out, with typed facts and clean sections."""

from chatbot.sheets.changes import (
    CorpusChanges,
    FactChange,
    SheetChange,
    SheetName,
    compare_sheets,
    count_changes,
    dump_changes,
    load_changes,
    render_changes,
)
from chatbot.sheets.facts import CERTIFICATION_RANKS, levels_in, parse_niveau, parse_salaire, study_years
from chatbot.sheets.files import (
    Problem,
    Reading,
    content_hash,
    dump_sheets,
    find_files,
    load_sheets,
    merge_sheets,
    parse_file,
    read_sheets,
)
from chatbot.sheets.markdown import SECTIONS as SECTION_NAMES
from chatbot.sheets.markdown import SheetError, parse_sheet
from chatbot.sheets.model import FORMATION, METIER, Amount, Duration, Link, Name, Niveau, Rome, Salaire, Section, Sheet

__all__ = [
    "CERTIFICATION_RANKS",
    "FORMATION",
    "METIER",
    "SECTION_NAMES",
    "Amount",
    "CorpusChanges",
    "Duration",
    "FactChange",
    "Link",
    "Name",
    "Niveau",
    "Problem",
    "Reading",
    "Rome",
    "Salaire",
    "Section",
    "Sheet",
    "SheetChange",
    "SheetError",
    "SheetName",
    "compare_sheets",
    "content_hash",
    "count_changes",
    "dump_changes",
    "dump_sheets",
    "find_files",
    "levels_in",
    "load_changes",
    "load_sheets",
    "merge_sheets",
    "parse_file",
    "parse_niveau",
    "parse_salaire",
    "parse_sheet",
    "read_sheets",
    "render_changes",
    "study_years",
]
