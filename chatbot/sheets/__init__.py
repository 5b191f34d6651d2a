"""Markdown sheets of métiers and formations in; one `Sheet` per ID out, with typed facts and clean sections."""

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
from chatbot.sheets.markdown import SheetError, parse_sheet
from chatbot.sheets.model import FORMATION, METIER, Amount, Duration, Link, Name, Niveau, Rome, Salaire, Section, Sheet

__all__ = [
    "CERTIFICATION_RANKS",
    "FORMATION",
    "METIER",
    "Amount",
    "Duration",
    "Link",
    "Name",
    "Niveau",
    "Problem",
    "Reading",
    "Rome",
    "Salaire",
    "Section",
    "Sheet",
    "SheetError",
    "content_hash",
    "dump_sheets",
    "find_files",
    "levels_in",
    "load_sheets",
    "merge_sheets",
    "parse_file",
    "parse_niveau",
    "parse_salaire",
    "parse_sheet",
    "read_sheets",
    "study_years",
]
